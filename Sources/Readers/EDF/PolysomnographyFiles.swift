import Datasets
import Foundation

/// A recording of signals in an EDF file, and its hypnogram.
public struct PolysomnographyFiles: Sendable, Equatable {
    /// The file with the signals.
    public var signals: String
    /// The file with the sleep stages, EDF+ annotations, XML, events or text; nil for a night without labels.
    public var hypnogram: String?
    /// Seconds that are added to the times of the hypnogram; nil where nobody says that they fit the signals, which is
    /// then asked of a clock's times.
    public var hypnogramOffset: Double?
    /// Who was recorded; nil to take it from the file.
    public var subject: String?
    /// Whether nothing but its name says that the hypnogram is one, which notes beside signals may have, too.
    var hypnogramIsGuessed = false
    /// Whether the hypnogram is of several parts of a recording, of which the signals are not the first.
    var isLaterPart = false

    /// A pair of files.
    public init(signals: String, hypnogram: String?, hypnogramOffset: Double? = nil, subject: String? = nil) {
        (self.signals, self.hypnogram, self.hypnogramOffset) = (signals, hypnogram, hypnogramOffset)
        self.subject = subject
    }

    /// What a fault of the hypnogram is told as: where it may be none, with why it was read.
    func tellingGuess(_ error: DatasetError) -> DatasetError {
        guard hypnogramIsGuessed, let hypnogram else { return error }
        let hint =
            "; it was taken for the hypnogram of \(URL(filePath: signals).lastPathComponent), as it is called alike: where it "
            + "is none, let --hypnogram-root name the folder with the hypnograms, or rename it"
        return switch error {
        case .unsuitable(hypnogram, let reason): .unsuitable(path: hypnogram, reason: reason + hint)
        case .badLine(hypnogram, let line, let reason): .badLine(path: hypnogram, line: line, reason: reason + hint)
        default: error
        }
    }

    /// The signals' file name without `.edf` and `-PSG`.
    public var name: String {
        var name = URL(filePath: signals).lastPathComponent
        for suffix in [".edf", ".bdf", "-psg"] where name.lowercased().hasSuffix(suffix) {
            name.removeLast(suffix.count)
        }
        return name
    }

    /// The recording that a name of Philips' is a part of, and which: `00000995-100507[002]` is the second.
    static func part(ofName name: String) -> (whole: String, number: Int)? {
        guard let match = name.wholeMatch(of: /(.+)\[([0-9]{3})\]/), let number = Int(match.2) else { return nil }
        return (String(match.1), number)
    }

    /// What the whole recording is called of which the signals may be a part.
    var nameOfWhole: String { Self.part(ofName: name)?.whole ?? name }

    /// The folder and name of the whole recording of which the signals are a part; nil where they are none.
    var pathOfWhole: String? {
        guard let part = Self.part(ofName: name) else { return nil }
        let folder = URL(filePath: signals).standardizedFileURL.deletingLastPathComponent()
        return folder.appending(path: part.whole).path
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

    /// The subject of a name of the Brain Imaging Data Structure: `sub-01_ses-2_task-sleep_eeg` is one of `sub-01`.
    static func bidsSubject(_ name: String) -> String? {
        guard name.hasPrefix("sub-"), let end = name.firstIndex(of: "_"), name[..<end].count > 4 else { return nil }
        return String(name[..<end])
    }

    /// The folder of the dataset that a file of such a name is of, above `sub-01/ses-2/eeg`; nil for another name.
    static func bidsRoot(_ path: String) -> String? {
        let file = URL(filePath: path).standardizedFileURL
        guard bidsSubject(file.lastPathComponent) != nil else { return nil }
        var parts = file.pathComponents.dropLast()
        for begin in ["eeg", "ses-", "sub-"] {
            if let last = parts.last, begin == "eeg" ? last == begin : last.hasPrefix(begin) { parts.removeLast() }
        }
        return parts.joined(separator: "/")
    }
}
