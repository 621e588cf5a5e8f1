import Datasets

/// Reads the lists of annotations (TALs) of EDF+ data records, one record after another.
///
/// A list is `onset`, then, where it is said, a byte 21 and the duration, then a byte 20 and texts with a byte 20 after
/// each, then a zero byte; unused bytes are zero. The first list of a record has an empty first text: it says when the
/// record began.
struct EDFAnnotationReader {
    private static let (textEnd, durationMark): (UInt8, UInt8) = (0x14, 0x15)
    /// Seconds by which a data record may be off from the one before it; files write their times with few decimals.
    private static let tolerance = 1e-3
    /// Seconds by which it may be off from the first one, where the header rounds the length of a record.
    private static let drift = 0.5
    /// No recording begins so many seconds from its header's start time, which is three centuries.
    private static let longest = 1e10

    private let path: String
    private var latin1Count = 0
    /// What was read though it is not as the format has it.
    var notes: [String] { String.noteOfLatin1(latin1Count) }
    /// The annotations so far; their onsets count from the header's start time.
    private(set) var annotations: [EDFFile.Annotation] = []
    /// When each data record began, in seconds after the header's start time; nil where it does not say.
    private(set) var recordStarts: [Double?] = []

    init(path: String) { self.path = path }

    /// Takes a data record's annotations.
    ///
    /// - Parameters:
    ///   - bytes: one signal of annotations.
    ///   - byte: where it lies in the file.
    ///   - isFirst: whether it is the record's first signal of annotations, which says when the record began.
    /// - Throws: `DatasetError.malformed`.
    mutating func take(_ bytes: [UInt8], at byte: Int, isFirst: Bool) throws(DatasetError) {
        var next = 0
        var start: Double?
        var isFirstList = true
        while true {
            while next < bytes.count, bytes[next] == 0 { next += 1 }
            if next == bytes.count { break }
            let place = byte + next
            func failure(_ reason: String) -> DatasetError {
                .malformed(
                    path: path, byte: place,
                    reason: "an annotation \(reason); repair the file with EDFbrowser or copy it again")
            }
            let end = bytes[next...].firstIndex(of: 0) ?? bytes.count
            let list = bytes[next..<end]
            next = end
            guard let head = list.firstIndex(of: Self.textEnd), list.last == Self.textEnd else {
                throw failure("does not end")
            }
            let times = list[..<head].split(
                separator: Self.durationMark, maxSplits: 1, omittingEmptySubsequences: false)
            guard let onset = Self.seconds(times[0]) else { throw failure("has no time at its start") }
            let duration = times.count > 1 ? Self.seconds(times[1]) : nil
            guard times.count == 1 || times[1].isEmpty || (duration ?? -1) >= 0 else {
                throw failure("has no time as its duration")
            }
            let texts = list[(head + 1)...].split(separator: Self.textEnd, omittingEmptySubsequences: false).dropLast()
            if isFirst, isFirstList, texts.first?.isEmpty == true { start = onset }
            isFirstList = false
            for text in texts where !text.isEmpty {
                let own = String(validating: text, as: UTF8.self)
                if own == nil { latin1Count += 1 }
                annotations.append(
                    EDFFile.Annotation(onset: onset, duration: duration, text: own ?? String(latin1: text)))
            }
        }
        if isFirst { recordStarts.append(start) }
    }

    /// The first data record that does not begin where those before it end: by how many seconds, and after how many.
    func gap(recordSeconds: Double) -> (record: Int, seconds: Double, after: Int)? {
        var (first, last): ((record: Int, start: Double)?, (record: Int, start: Double)?) = (nil, nil)
        for (record, start) in recordStarts.enumerated() {
            guard let start else { continue }
            func missing(since before: (record: Int, start: Double)?) -> Double {
                before.map { start - $0.start - Double(record - $0.record) * recordSeconds } ?? 0
            }
            let (step, sum) = (missing(since: last), missing(since: first))
            if abs(step) > Self.tolerance { return (record, step, record - (last?.record ?? 0)) }
            if abs(sum) > Self.drift { return (record, sum, record - (first?.record ?? 0)) }
            (first, last) = (first ?? (record, start), (record, start))
        }
        return nil
    }

    private static func seconds(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard bytes.allSatisfy({ (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) }) else { return nil }
        return Double(String(decoding: bytes, as: UTF8.self)).flatMap { abs($0) < longest ? $0 : nil }
    }
}
