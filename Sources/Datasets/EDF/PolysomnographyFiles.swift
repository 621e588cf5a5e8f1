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

    /// Finds the pairs of a folder of the Sleep-EDF Database: `SC4001E0-PSG.edf` with `SC4001EC-Hypnogram.edf`.
    ///
    /// The first six characters are the recording's; the last but one before the hyphen names the scorer.
    ///
    /// - Parameters:
    ///   - root: the folder, like `sleep-cassette`.
    ///   - unlabelled: whether signals without a hypnogram are taken, too.
    /// - Returns: the pairs by name, and the files that are in none.
    /// - Throws: `DatasetError`, also when there is no pair.
    public static func find(
        in root: String, unlabelled: Bool = false
    ) throws(DatasetError) -> (pairs: [Self], skipped: [SkippedItem]) {
        var (signals, hypnograms): ([String: String], [String: String]) = ([:], [:])
        var skipped: [SkippedItem] = []
        for name in try Folder.names(in: root) {
            let path = "\(root)/\(name)"
            let key = String(name.prefix(6))
            let isSignals = name.hasSuffix("-PSG.edf")
            guard isSignals || name.hasSuffix("-Hypnogram.edf") else {
                skipped.append(
                    SkippedItem(path: path, reason: "not named like SC4001E0-PSG.edf or SC4001EC-Hypnogram.edf"))
                continue
            }
            if let other = isSignals ? signals[key] : hypnograms[key] {
                throw .unsuitable(path: path, reason: "it and \(other) are the same recording's: keep one of them")
            }
            if isSignals { signals[key] = path } else { hypnograms[key] = path }
        }
        for (key, path) in signals.merging(hypnograms, uniquingKeysWith: { signals, _ in signals }).sorted(by: <)
        where signals[key] == nil || (hypnograms[key] == nil && !unlabelled) {
            let missing = signals[key] == nil ? "-PSG.edf" : "-Hypnogram.edf"
            skipped.append(SkippedItem(path: path, kind: .recording, reason: "there is no \(key)…\(missing) beside it"))
        }
        let pairs = signals.sorted { $0.key < $1.key }.compactMap { key, path in
            unlabelled || hypnograms[key] != nil
                ? PolysomnographyFiles(signals: path, hypnogram: hypnograms[key]) : nil
        }
        guard !pairs.isEmpty else {
            throw .nothingFound(path: root, wanted: "pairs like SC4001E0-PSG.edf and SC4001EC-Hypnogram.edf")
        }
        return (pairs, skipped)
    }
}
