import Foundation
import Recognition
import SleepRecognition
import Synchronization
import TestKit
import Testing

@Suite struct KeptPartsTests {
    private let folder: TemporaryFolder
    private let study: SmallStudy

    init() throws {
        folder = try TemporaryFolder()
        study = try SmallStudy.shared.get()
    }

    private var kept: String { folder.path("kept") }

    private func evaluation(
        choosing epochs: [Int] = [], division: EvaluationProtocol = .leaveOneSubjectOut, seed: UInt64 = 5,
        members: Int = 1
    ) throws -> Evaluation {
        func settings(_ change: (inout RecogniserSettings) -> Void) -> NamedSettings {
            var settings = study.settings
            settings.values.recogniser.members = members
            change(&settings.values.recogniser)
            return settings
        }
        return try Evaluation(
            on: study.dataset, scheme: .posture3, division: division, settings: settings { _ in },
            choosingAmong: epochs.map { count in
                SettingsCandidate(name: "recogniser.epochs=\(count)", settings: settings { $0.epochs = count })
            }, groups: 2, seed: seed)
    }

    /// What was told while an evaluation ran.
    private final class Log: Sendable {
        let words = Mutex<[String]>([])

        func tell(_ word: String) { words.withLock { $0.append(word) } }

        func take() -> [String] {
            words.withLock { words in
                defer { words = [] }
                return words
            }
        }
    }

    private func run(_ evaluation: Evaluation, _ log: Log) throws -> Evaluation.Outcome {
        let parts = try KeptParts(in: kept, of: evaluation, version: "1") { log.tell($0) }
        return try evaluation.outcome(threads: 2, keeping: parts) { event in
            switch event {
            case .kept(let folds, let count): log.tell("kept \(folds) of \(count)")
            case .started(let fold, let count, _): log.tell("started \(fold) of \(count)")
            case .finished(_, let count, let done, _): log.tell("done \(done) of \(count)")
            }
        }
    }

    private func file(_ name: String) -> String { "\(kept)/\(name).json" }

    @Test func whatIsMissingIsComputedAndTheRestTakenAsItWas() throws {
        let (log, evaluation) = (Log(), try evaluation())
        let plain = try evaluation.outcome()
        func expectTheSame(_ told: [String]) throws {
            let outcome = try run(evaluation, log)
            #expect(outcome.figures == plain.figures)
            #expect(outcome.answers == plain.answers)
            #expect(log.take() == told)
        }
        let first = try run(evaluation, log)
        #expect(first.figures == plain.figures && first.answers == plain.answers)
        #expect(log.take().filter { $0.hasPrefix("started") } == (0..<4).map { "started \($0) of 4" })
        try expectTheSame(["kept 4 of 4"])
        try FileManager.default.removeItem(atPath: file("fold-3"))
        try expectTheSame(["kept 3 of 4", "started 2 of 4", "done 4 of 4"])
    }

    @Test(arguments: [
        ("", "can't be read (it is not as it was written)"), ("[1]", "can't be read (it is not as it was written)"),
        (#"{"answers":[0],"probabilities":[[1,0,0]]}"#, "is no part of this evaluation"),
    ])
    func aPartThatIsDamagedIsToldOfAndComputedAgain(content: String, reason: String) throws {
        let (log, evaluation) = (Log(), try evaluation())
        let plain = try run(evaluation, log).figures
        _ = log.take()
        try Data(content.utf8).write(to: URL(filePath: file("fold-2")))
        #expect(try run(evaluation, log).figures == plain)
        #expect(
            log.take() == [
                "\(file("fold-2")) \(reason); it is computed again", "kept 3 of 4", "started 1 of 4", "done 4 of 4",
            ])
        #expect(try run(evaluation, log).figures == plain)
        #expect(log.take() == ["kept 4 of 4"])
    }

    @Test func aFolderThatGoesIsToldOfAndEndsNothing() throws {
        let (log, evaluation) = (Log(), try evaluation())
        let parts = try KeptParts(in: kept, of: evaluation, version: "1") { log.tell($0) }
        try FileManager.default.removeItem(atPath: kept)
        #expect(try evaluation.run(keeping: parts) == evaluation.run())
        let told = log.take()
        #expect(told.count == 4)
        #expect(told[0].hasPrefix("note: "))
        #expect(told[0].hasSuffix("; what came of fold-1 is lost where this is interrupted"))
    }

    @Test func theFolderOfAnotherEvaluationIsRefusedAndSaysInWhat() throws {
        _ = try KeptParts(in: kept, of: evaluation(), version: "1") { _ in }
        func reason(_ evaluation: Evaluation, version: String = "1") -> String {
            do {
                _ = try KeptParts(in: kept, of: evaluation, version: version) { _ in }
                return ""
            } catch { return "\(error)" }
        }
        let start = "\(kept): it keeps parts of another evaluation: "
        let end = "; name another folder, or remove this one"
        #expect(reason(try evaluation()) == "")
        #expect(reason(try evaluation(), version: "2") == "\(start)its program's version is 1, not 2\(end)")
        #expect(reason(try evaluation(seed: 6)) == "\(start)its seed is 5, not 6\(end)")
        #expect(reason(try evaluation(members: 2)) == "\(start)it has recogniser.members 1\(end)")
        #expect(
            reason(try evaluation(division: .subjectFolds(2))) == "\(start)its protocol is loso, not kfold\(end)")
        #expect(reason(try evaluation(choosing: [1, 2])) == "\(start)settings are chosen otherwise in it\(end)")
        try Data("{".utf8).write(to: URL(filePath: file("evaluation")))
        #expect(
            reason(try evaluation())
                == "\(kept): evaluation.json can't be read (it is not as it was written)\(end)")
    }

    /// The same number of a fold is other people's then.
    @Test func anotherNumberOfFoldsIsAnotherEvaluation() throws {
        _ = try KeptParts(in: kept, of: evaluation(division: .subjectFolds(2)), version: "1") { _ in }
        #expect {
            _ = try KeptParts(in: kept, of: evaluation(division: .subjectFolds(3)), version: "1") { _ in }
        } throws: {
            "\($0)".contains("its number of folds is 2, not 3")
        }
    }

    @Test func aFolderWithSomethingElseInItIsRefused() throws {
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: file("own")))
        #expect {
            _ = try KeptParts(in: kept, of: evaluation(), version: "1") { _ in }
        } throws: {
            "\($0)".hasSuffix("something else is there; name a new folder or an empty one")
        }
    }

    @Test func whatCandidatesReachedIsKeptByThemselves() throws {
        let (log, evaluation) = (Log(), try evaluation(choosing: [1, 2]))
        let plain = try evaluation.run()
        #expect(try run(evaluation, log).figures == plain)
        for fold in 1...4 { try FileManager.default.removeItem(atPath: file("fold-\(fold)")) }
        // The others' confusion is taken as it stands: were it computed again, these would be its figures.
        try Data("[[9,0,0],[0,9,0],[0,0,9]]".utf8).write(to: URL(filePath: file("fold-1-group-1-candidate-2")))
        let again = try run(evaluation, log).figures
        #expect(again.folds.dropFirst() == plain.folds.dropFirst())
        #expect(again.folds[0].candidates?[0] == plain.folds[0].candidates?[0])
        #expect(again.folds[0].candidates?[1] != plain.folds[0].candidates?[1])
    }

    @Test func aLabelCurveGoesOnAndGrows() throws {
        let (log, evaluation) = (Log(), try evaluation())
        func keeping(_ counts: [Int], draws: Int) throws -> LabelCurveFigures {
            let curve = try LabelCurve(evaluation, labelledCounts: counts, draws: draws)
            let parts = try KeptParts(in: kept, of: evaluation, version: "1") { log.tell($0) }
            return try curve.run(threads: 2, keeping: parts) { event in
                switch event {
                case .kept(let parts, let count): log.tell("kept \(parts) of \(count)")
                case .started(let fold, _, _): log.tell("started \(fold)")
                case .finished(let parts, let count): log.tell("done \(parts) of \(count)")
                }
            }
        }
        func curve(_ counts: [Int], draws: Int) throws -> (kept: LabelCurveFigures, plain: LabelCurveFigures) {
            let plain = try LabelCurve(evaluation, labelledCounts: counts, draws: draws).run(threads: 2)
            return (try keeping(counts, draws: draws), plain)
        }
        let first = try curve([1], draws: 2)
        #expect(first.kept == first.plain)
        #expect(log.take().last == "done 12 of 12")
        let more = try curve([1, 2], draws: 2)
        #expect(more.kept == more.plain)
        let told = log.take()
        #expect(told[0] == "kept 8 of 20" && told.last == "done 20 of 20")
        let again = try curve([1, 2], draws: 2)
        #expect(again.kept == more.plain)
        #expect(log.take() == ["kept 20 of 20"])
        try FileManager.default.removeItem(atPath: file("fold-2-labelled-2-draw-1"))
        let mended = try curve([1, 2], draws: 2)
        #expect(mended.kept == more.plain)
        #expect(log.take() == ["kept 18 of 20", "started 1", "done 19 of 20", "done 20 of 20"])
        // What lacks people or some of their samples is no part, whoever wrote it.
        let draw = file("fold-2-labelled-2-draw-1")
        let whole = try String(contentsOfFile: draw, encoding: .utf8)
        let people = try #require(whole.firstMatch(of: /"confusion":\[.*?\}\]/)).output
        for other in [#""confusion":[{},{},{},{}]"#, String(people.replacing(/\[\[\d+,/) { _ in "[[9," })] {
            try whole.replacing(people, with: other).write(toFile: draw, atomically: true, encoding: .utf8)
            #expect(try keeping([1, 2], draws: 2) == more.plain)
            #expect(log.take().first == "\(draw) is no part of this evaluation; it is computed again")
        }
    }
}
