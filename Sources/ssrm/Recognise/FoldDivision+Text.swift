import SleepRecognition

extension FoldDivision {
    /// One line a fold: how many samples with a class it trains on and holds out.
    var text: String {
        let lines = folds.enumerated().map { index, fold in
            let (training, test) = (count(fold.training), count(fold.test))
            let absent = fold.absentClasses.isEmpty ? "" : ", none of \(fold.absentClasses.joined(separator: ", "))"
            return "fold \(index + 1)/\(folds.count) \(fold.name): \(training) samples to train on\(absent), "
                + "\(test) held out"
        }
        return (["\(data): \(scheme), \(protocolName), samples with a class"] + lines).joined(separator: "\n")
    }

    private func count(_ samples: [Int]) -> Int { samples.count { labels[$0] != nil } }
}
