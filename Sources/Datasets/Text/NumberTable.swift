import Checkpoints
import Foundation

/// A text file of plain decimal numbers in lines of columns, read one run of lines after another.
///
/// Columns are separated by spaces or tabs, one or more, and by commas where asked for; a line ends in LF or CRLF, also after a
/// last separator. Blank lines at the end do not count, and neither does a UTF-8 byte order mark at the start. A field must
/// be a finite number.
///
/// The file is mapped, so memory does not grow with it. Values are rounded to Double first and to Float then, as NumPy does.
public struct NumberTable {
    private let file: MappedFile
    /// From here to `end` lies what has not been read.
    private var next: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private let decimal: DecimalNumber
    /// The number of the line at `next`, from 1.
    private(set) var line = 1

    /// How many lines with numbers the file has.
    public let lineCount: Int

    /// Opens a file and counts its lines.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - hasCommas: whether commas separate columns too.
    /// - Throws: `DatasetError` when it can't be read or holds nothing.
    public init(path: String, hasCommas: Bool = false) throws(DatasetError) {
        file = try MappedFile.opened(path)
        var content = file.bytes.bindMemory(to: UInt8.self)[...]
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        while let last = content.last, DecimalNumber.blanks.contains(last) || last == DecimalNumber.newline {
            content = content.dropLast()
        }
        guard !content.isEmpty, let start = UnsafeBufferPointer(rebasing: content).baseAddress else {
            throw .empty(path: path)
        }
        next = start
        end = start + content.count
        decimal = DecimalNumber(end: end, hasCommas: hasCommas)
        lineCount = Self.newlineCount(from: start, to: end) + 1
    }

    private static func newlineCount(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> Int {
        let lowBits: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let newlines = 0x0101_0101_0101_0101 &* UInt64(DecimalNumber.newline)
        var count = 0
        var p = UnsafeRawPointer(start)
        let end = UnsafeRawPointer(end)
        while end - p >= 8 {
            var counts: UInt64 = 0  // eight sums, which must stay below 256
            for _ in 0..<min((end - p) / 8, 255) {
                let others = p.loadUnaligned(as: UInt64.self) ^ newlines  // a newline becomes 0
                counts &+= (~(((others & lowBits) &+ lowBits) | others | lowBits)) &>> 7
                p += 8
            }
            count += withUnsafeBytes(of: counts) { $0.reduce(0) { $0 + Int($1) } }
        }
        while p < end {
            count += p.load(as: UInt8.self) == DecimalNumber.newline ? 1 : 0
            p += 1
        }
        return count
    }

    /// The path as given.
    public var path: String { file.path }

    /// How many lines have not been read yet.
    public var linesLeft: Int { lineCount - line + 1 }

    /// Passes over the next lines without looking at their columns.
    ///
    /// - Parameter lines: how many; the file's end ends them all.
    public mutating func skip(lines: Int) {
        for _ in 0..<min(lines, linesLeft) { passLine(from: next) }
    }

    @inline(__always)
    private mutating func passLine(from at: UnsafePointer<UInt8>) {
        let newline = memchr(at, Int32(DecimalNumber.newline), end - at)
        next = newline.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) + 1 } ?? end
        line += 1
    }

    /// Reads the next lines.
    ///
    /// - Parameters:
    ///   - columns: how many numbers a line has.
    ///   - values: where they go, row-major; its count is a multiple of `columns`.
    /// - Throws: `DatasetError` that names the file, the line and the column.
    public mutating func read(
        columns: Int, into values: UnsafeMutableBufferPointer<Float>
    ) throws(DatasetError) {
        try readLines(columns: columns, into: values)
    }

    /// As `read(columns:into:)` of Floats, without rounding to them.
    ///
    /// - Parameters:
    ///   - columns: how many numbers a line has.
    ///   - values: where they go, row-major; its count is a multiple of `columns`.
    /// - Throws: `DatasetError` that names the file, the line and the column.
    public mutating func read(
        columns: Int, into values: UnsafeMutableBufferPointer<Double>
    ) throws(DatasetError) {
        try readLines(columns: columns, into: values)
    }

    /// Reads the first column of the next lines, whatever follows in them.
    ///
    /// - Parameter values: where they go, one a line.
    /// - Throws: `DatasetError` that names the file and the line.
    public mutating func readFirstColumn(into values: UnsafeMutableBufferPointer<Double>) throws(DatasetError) {
        for index in values.indices {
            try requireLine()
            var at = next
            guard let value = try field(&at, column: 0) as Double? else { throw columnError(expected: 1) }
            values[index] = value
            passLine(from: at)
        }
    }

    @inline(__always)
    private func requireLine() throws(DatasetError) {
        // Only a file that shrank since its lines were counted ends here.
        guard line <= lineCount else { throw .wrongRows(path: path, found: lineCount, expected: line) }
    }

    @inline(__always)
    private mutating func readLines<Value: BinaryFloatingPoint>(
        columns: Int, into values: UnsafeMutableBufferPointer<Value>
    ) throws(DatasetError) {
        precondition(values.count % columns == 0, "\(values.count) values in lines of \(columns)")
        guard var target = values.baseAddress else { return }
        for _ in 0..<values.count / columns {
            try requireLine()
            var at = next
            var column = 0
            while column < columns {
                if column + 2 <= columns, let (first, second) = decimal.readTwoSmall(&at) {
                    (target[column], target[column + 1]) = (Value(first), Value(second))
                    column += 2
                    continue
                }
                guard let value = try field(&at, column: column) as Value? else {
                    throw columnError(expected: columns)
                }
                target[column] = value
                column += 1
                if at < end, decimal.separates(at.pointee) { at += 1 }
            }
            while at < end, decimal.separates(at.pointee) { at += 1 }
            guard at == end || at.pointee == DecimalNumber.newline else { throw columnError(expected: columns) }
            next = at < end ? at + 1 : end
            line += 1
            target += columns
        }
    }

    /// The next field of a line; nil when the line ends before.
    @inline(__always)
    private func field<Value: BinaryFloatingPoint>(
        _ at: inout UnsafePointer<UInt8>, column: Int
    ) throws(DatasetError) -> Value? {
        while at < end, decimal.separates(at.pointee) { at += 1 }
        guard at < end, at.pointee != DecimalNumber.newline else { return nil }
        let start = at
        guard let value = decimal.read(&at).map(Value.init), value.isFinite else {
            throw numberError(start, column: column + 1)
        }
        return value
    }

    // MARK: - Errors

    private func columnError(expected: Int) -> DatasetError {
        var lineEnd = next
        while lineEnd < end, lineEnd.pointee != DecimalNumber.newline { lineEnd += 1 }
        let content = UnsafeBufferPointer(start: next, count: lineEnd - next)
        let found = content.split(whereSeparator: decimal.separates).count
        return .wrongColumns(path: path, line: line, found: found, expected: expected)
    }

    private func numberError(_ start: UnsafePointer<UInt8>, column: Int) -> DatasetError {
        var fieldEnd = start
        while fieldEnd < end, !decimal.endsField(fieldEnd.pointee) { fieldEnd += 1 }
        let shown = UnsafeBufferPointer(start: start, count: min(fieldEnd - start, 24))
        let text = shown.map { (0x21...0x7E).contains($0) ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16) }
        let whole = String(decoding: UnsafeBufferPointer(start: start, count: fieldEnd - start), as: UTF8.self)
        let isTooLarge = Double(whole).map { !Float($0).isFinite } ?? false
        return .badNumber(
            path: path, line: line, column: column, text: text.joined() + (shown.count < whole.utf8.count ? "…" : ""),
            reason: isTooLarge ? "a finite number" : "a number")
    }
}
