import Foundation

/// A recording of signals in an EDF file, and its hypnogram.
public struct PolysomnographyFiles: Sendable, Equatable {
    /// The file with the signals.
    public var signals: String
    /// The file with the sleep stages, EDF+ annotations, XML, events or text; nil for a night without labels.
    public var hypnogram: String?
    /// Seconds that are added to the times of the hypnogram.
    public var hypnogramOffset: Double
    /// Who was recorded; nil to take it from the file.
    public var subject: String?

    /// A pair of files.
    public init(signals: String, hypnogram: String?, hypnogramOffset: Double = 0, subject: String? = nil) {
        (self.signals, self.hypnogram, self.hypnogramOffset) = (signals, hypnogram, hypnogramOffset)
        self.subject = subject
    }

    /// The signals' file name without `.edf` and `-PSG`.
    public var name: String {
        var name = URL(filePath: signals).lastPathComponent
        for suffix in [".edf", ".bdf", "-psg"] where name.lowercased().hasSuffix(suffix) {
            name.removeLast(suffix.count)
        }
        return name
    }

    /// The subject that a name of the Sleep-EDF Database stands for: `SC4001E0` is the first night of `SC400`.
    ///
    /// The database numbers subjects in the fourth and fifth character and nights in the sixth.
    static func sleepEDFSubject(_ name: String) -> String? {
        let characters = Array(name.uppercased())
        guard characters.count == 8, ["SC4", "ST7"].contains(String(characters[..<3])),
            characters[3...5].allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        return String(characters[..<5])
    }

    /// What the two files of a recording have in common in their names: all before `-PSG` and `-Hypnogram`, or of names
    /// of the Sleep-EDF Database the first six characters, as the last one before the hyphen is the scorer's.
    private static func recording(ofStem stem: String) -> String {
        sleepEDFSubject(stem) == nil ? stem : String(stem.prefix(6))
    }

    /// A file's name without its ending, where it has one of these; case is not looked at.
    private static func stem(of name: String, _ endings: [String]) -> String? {
        endings.first { name.lowercased().hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }

    /// Finds the pairs of a folder: `night1-PSG.edf` with `night1-Hypnogram.edf`, and of the Sleep-EDF Database
    /// `SC4001E0-PSG.edf` with `SC4001EC-Hypnogram.edf`.
    ///
    /// - Parameters:
    ///   - root: the folder, like `sleep-cassette`.
    ///   - unlabelled: whether signals without a hypnogram are taken, too; then a file of signals may have any name.
    /// - Returns: the pairs by name, and the files that are in none.
    /// - Throws: `DatasetError`, also when there is no pair.
    public static func find(
        in root: String, unlabelled: Bool = false
    ) throws(DatasetError) -> (pairs: [Self], skipped: [SkippedItem]) {
        var (signals, hypnograms): ([String: String], [String: String]) = ([:], [:])
        var skipped: [SkippedItem] = []
        for name in try Folder.names(in: root) {
            let path = "\(root)/\(name)"
            let hypnogramStem = stem(of: name, ["-hypnogram.edf"])
            let isSignals = hypnogramStem == nil
            let endings = ["-psg.edf", "-psg.bdf"] + (unlabelled ? [".edf", ".bdf"] : [])
            guard let stem = hypnogramStem ?? stem(of: name, endings) else {
                skipped.append(SkippedItem(path: path, reason: "not named like NAME-PSG.edf or NAME-Hypnogram.edf"))
                continue
            }
            let key = recording(ofStem: stem)
            if let other = isSignals ? signals[key] : hypnograms[key] {
                throw .unsuitable(path: path, reason: "it and \(other) are the same recording's: keep one of them")
            }
            if isSignals { signals[key] = path } else { hypnograms[key] = path }
        }
        for (key, path) in signals.merging(hypnograms, uniquingKeysWith: { signals, _ in signals }).sorted(by: <)
        where signals[key] == nil || (hypnograms[key] == nil && !unlabelled) {
            let missing = signals[key] == nil ? "-PSG.edf" : "-Hypnogram.edf"
            let name = key + (path.hasPrefix("\(root)/\(key)-") ? "" : "…") + missing
            skipped.append(SkippedItem(path: path, kind: .recording, reason: "there is no \(name) beside it"))
        }
        let pairs = signals.sorted { $0.key < $1.key }.compactMap { key, path in
            unlabelled || hypnograms[key] != nil
                ? PolysomnographyFiles(signals: path, hypnogram: hypnograms[key]) : nil
        }
        guard !pairs.isEmpty else {
            let found = Reasons.text(of: skipped).map { "; \($0)" } ?? ""
            throw .nothingFound(path: root, wanted: "pairs like NAME-PSG.edf and NAME-Hypnogram.edf" + found)
        }
        return (pairs, skipped)
    }
}
