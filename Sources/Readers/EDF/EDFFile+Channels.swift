public import Datasets

extension EDFFile {
    /// The index of the one signal of a name.
    ///
    /// Of signals of one label `EMG#2` is the second in the file's order, unless that is a label itself.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - renaming: names that it may have in the file instead, and what is meant by them; nil where nobody can say.
    /// - Returns: an index into `signals`.
    /// - Throws: `DatasetError.unsuitable` that lists the names there are.
    public func signal(named name: String, renaming: [String: String]? = nil) throws(DatasetError) -> Int {
        let numbered = numberedNames
        let found = candidates(for: name, renaming ?? [:], numbered)
        guard let index = found.first else { throw missing(name, isRenamable: renaming != nil) }
        guard found.count == 1 else { throw ambiguous(name, found, numbered, isRenamable: renaming != nil) }
        try requireReadable(index)
        return index
    }

    /// The indices of the signals of some names, which are different ones.
    ///
    /// - Throws: `DatasetError.unsuitable`, also where two names are one signal's.
    func signals(named names: [String], renaming: [String: String]) throws(DatasetError) -> [Int] {
        var nameOfIndex: [Int: String] = [:]
        return try names.map { name throws(DatasetError) in
            let index = try signal(named: name, renaming: renaming)
            if let other = nameOfIndex.updateValue(name, forKey: index) {
                throw .unsuitable(
                    path: path,
                    reason: "\"\(other)\" and \"\(name)\" are one channel in it: leave one of them out of --channels")
            }
            return index
        }
    }

    /// Of each signal its label with its number among those of this label, like `EMG#2`; nil where that is another
    /// one's whole label.
    var numberedNames: [String?] {
        let labels = Set(signals.map(\.name))
        var counts: [String: Int] = [:]
        return signals.map { signal in
            counts[signal.name, default: 0] += 1
            let name = "\(signal.name)#\(counts[signal.name] ?? 0)"
            return labels.contains(name) ? nil : name
        }
    }

    /// The signals that a name may mean.
    ///
    /// Who says a number knows of the others of that label: these are not meant then.
    private func candidates(for name: String, _ renaming: [String: String], _ numbered: [String?]) -> [Int] {
        var (byNumber, byLabel): ([Int], [Int]) = ([], [])
        for (index, signal) in signals.enumerated() {
            if let own = numbered[index], let meant = renaming[own] {
                if meant == name { byNumber.append(index) }
            } else if numbered[index] == name {
                byNumber.append(index)
            } else if renaming[signal.name] ?? signal.name == name {
                byLabel.append(index)
            }
        }
        let labels = Set(byNumber.map { signals[$0].name })
        return (byNumber + byLabel.filter { !labels.contains(signals[$0].name) }).sorted()
    }

    private func missing(_ name: String, isRenamable: Bool) -> DatasetError {
        let counts = Dictionary(signals.map { ($0.name, 1) }, uniquingKeysWith: +)
        let shown = zip(signals, numberedNames).map { counts[$0.name] == 1 ? $0.name : $1 ?? $0.name }
        let names = signals.isEmpty ? "no signals at all" : shown.map(\.withoutControls).joined(separator: ", ")
        let unreadable = signals.firstIndex { $0.name.unicodeScalars.contains(where: \.isControl) }
        let hint = unreadable.map { " (the label of signal \($0 + 1) can't be read: put it right with EDFbrowser)" }
        let remedy = isRenamable ? "; where one of them is it: --rename \"ITS NAME=\(name)\"" : ""
        return .unsuitable(
            path: path, reason: "there is no channel \"\(name)\" in it: it has \(names)\(hint ?? "")\(remedy)")
    }

    private func ambiguous(_ name: String, _ found: [Int], _ numbered: [String?], isRenamable: Bool) -> DatasetError {
        func described(_ index: Int) -> String {
            let signal = signals[index]
            let rate = "\(signal.rate)".replacing(/\.0$/, with: "")
            return "signal \(index + 1), \(rate) Hz"
                + (signal.unit.isEmpty ? ", no unit" : " in \(signal.unit.withoutControls)")
        }
        let names = found.map { index in
            let isAlone = found.allSatisfy { $0 == index || signals[$0].name != signals[index].name }
            return isAlone ? signals[index].name : numbered[index] ?? signals[index].name
        }
        let list = zip(names, found).map { "\($0.withoutControls) (\(described($1)))" }.joined(separator: ", ")
        let isTheirLabel = found.allSatisfy { signals[$0].name == name }
        let what = "\(found.count) channels in it \(isTheirLabel ? "are called" : "may be") \"\(name)\": \(list)"
        guard isRenamable else { return .unsuitable(path: path, reason: what) }
        let number = zip(names, found).first { $0 != signals[$1].name }?.0
        let ways = [
            isTheirLabel ? number.map { "--channels \"\($0)\"" } : nil,
            number.map { "--rename \"\($0)=\(name)\"" + (isTheirLabel ? ", which keeps the name" : "") }
                ?? "without --rename for all others",
        ]
        return .unsuitable(
            path: path, reason: "\(what): choose one, like \(ways.compactMap(\.self).joined(separator: " or "))")
    }
}

extension String {
    /// The text with the numbers of its control characters, like `<U+0083>`, which neither a line nor a terminal takes.
    var withoutControls: String {
        unicodeScalars.map { scalar in
            scalar.isControl
                ? "<U+\(String(scalar.value + 0x10000, radix: 16, uppercase: true).dropFirst())>" : String(scalar)
        }.joined()
    }
}
