import CKernels
public import Datasets
import Foundation

/// A text file of plain decimal numbers in lines of columns, read one run of lines after another.
///
/// Columns are separated by spaces or tabs, one or more, and by commas where asked for; a line ends in LF or CRLF, also
/// after a last separator. Blank lines at the end do not count, and neither does a UTF-8 byte order mark at the start.
/// A field must be a finite number.
///
/// The file is read window by window, so memory does not grow with it. Values are rounded to Double first and to Float
/// then, as NumPy does.
public struct NumberTable: ~Copyable {
    private let window: LineWindow
    /// From here to `decimal.end` lie the whole lines that are in the window and have not been read.
    private var next: UnsafePointer<UInt8>
    private var decimal: DecimalNumber
    /// Whether the lines so far started with whole numbers of few digits.
    private var hasCounts = true
    /// The number of the line at `next`, from 1.
    private(set) var line = 1

    /// How many lines with numbers the file has.
    public var lineCount: Int { window.count.lineCount }

    /// What counting the lines found, for opening the file again.
    var count: LineWindow.Count { window.count }

    /// Opens a file and counts its lines.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - hasCommas: whether commas separate columns too.
    /// - Throws: `DatasetError` when it can't be read or holds nothing.
    public init(path: String, hasCommas: Bool = false) throws(DatasetError) {
        try self.init(path: path, hasCommas: hasCommas, counted: nil)
    }

    /// Opens a file; one whose lines were `counted` before must be unchanged, and they are not counted again.
    init(path: String, hasCommas: Bool = false, counted: LineWindow.Count?) throws(DatasetError) {
        let window = try LineWindow(path: path, counted: counted)
        let lines = try window.move(to: nil, line: 1)
        guard let start = lines.baseAddress else { preconditionFailure("\(path) is empty") }
        (self.window, next) = (window, start)
        decimal = DecimalNumber(end: start + lines.count, hasCommas: hasCommas)
    }

    /// The path as given.
    public var path: String { window.path }

    /// How many lines have not been read yet.
    public var linesLeft: Int { lineCount - line + 1 }

    /// Passes over the next lines without looking at their columns.
    ///
    /// - Parameter lines: how many; the file's end ends them all.
    /// - Throws: `DatasetError` when the file can't be read.
    public mutating func skip(lines: Int) throws(DatasetError) {
        for _ in 0..<min(lines, linesLeft) {
            try requireLine()
            passLine(from: next)
        }
    }

    @inline(__always)
    private mutating func passLine(from at: UnsafePointer<UInt8>) {
        let newline = memchr(at, Int32(DecimalNumber.newline), decimal.end - at)
        next = newline.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) + 1 } ?? decimal.end
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
        try readLines(columns: columns, into: values) { $0.readCounts(&$1, into: $2, columns: columns) }
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
        try readLines(columns: columns, into: values) { _, _, _ in 0 }
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

    /// Makes sure that a line is at `next`.
    @inline(__always)
    private mutating func requireLine() throws(DatasetError) {
        if next == decimal.end { try moveWindow() }
    }

    @inline(never)
    private mutating func moveWindow() throws(DatasetError) {
        let lines = try window.move(to: next, line: line)
        // Only a file that changed since its lines were counted ends here, or a caller that wants more than there is.
        guard let start = lines.baseAddress, !lines.isEmpty else {
            throw .wrongRows(path: path, found: line - 1, expected: line)
        }
        next = start
        decimal.end = start + lines.count
    }

    @inline(__always)
    private mutating func readLines<Value: BinaryFloatingPoint>(
        columns: Int, into values: UnsafeMutableBufferPointer<Value>,
        from firstColumn: (inout Self, _ at: inout UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<Value>) -> Int
    ) throws(DatasetError) {
        precondition(values.count % columns == 0, "\(values.count) values in lines of \(columns)")
        guard var target = values.baseAddress else { return }
        for _ in 0..<values.count / columns {
            try requireLine()
            var at = next
            for column in firstColumn(&self, &at, target)..<columns {
                guard let value = try field(&at, column: column) as Value? else {
                    throw columnError(expected: columns)
                }
                target[column] = value
            }
            while at < decimal.end, decimal.separates(at.pointee) { at += 1 }
            guard at == decimal.end || at.pointee == DecimalNumber.newline else {
                throw columnError(expected: columns)
            }
            next = at < decimal.end ? at + 1 : decimal.end
            line += 1
            target += columns
        }
    }

    /// Reads the numbers at a line's start that are whole and of few digits, and returns how many there are.
    @inline(__always)
    private mutating func readCounts(
        _ at: inout UnsafePointer<UInt8>, into values: UnsafeMutablePointer<Float>, columns: Int
    ) -> Int {
        guard hasCounts else { return 0 }
        var text: UnsafePointer<UInt8>? = at
        let count = kernel_read_counts(values, columns, &text, decimal.end)
        at = text ?? at
        hasCounts = count > 0
        return count
    }

    /// The next field of a line; nil when the line ends before.
    @inline(__always)
    private func field<Value: BinaryFloatingPoint>(
        _ at: inout UnsafePointer<UInt8>, column: Int
    ) throws(DatasetError) -> Value? {
        while at < decimal.end, decimal.separates(at.pointee) { at += 1 }
        guard at < decimal.end, at.pointee != DecimalNumber.newline else { return nil }
        let start = at
        guard let value = decimal.read(&at).map(Value.init), value.isFinite else {
            throw numberError(start, column: column + 1)
        }
        return value
    }

    // MARK: - Errors

    private func columnError(expected: Int) -> DatasetError {
        var lineEnd = next
        while lineEnd < decimal.end, lineEnd.pointee != DecimalNumber.newline { lineEnd += 1 }
        let content = UnsafeBufferPointer(start: next, count: lineEnd - next)
        let found = content.split(whereSeparator: decimal.separates).count
        // The carriage return of CRLF separates, so that such a line is blank, too.
        guard found > 0 else {
            return .badLine(path: path, line: line, reason: "a blank line between lines of numbers; take it out")
        }
        return .wrongColumns(path: path, line: line, found: found, expected: expected)
    }

    private func numberError(_ start: UnsafePointer<UInt8>, column: Int) -> DatasetError {
        var fieldEnd = start
        while fieldEnd < decimal.end, !decimal.endsField(fieldEnd.pointee) { fieldEnd += 1 }
        let shown = UnsafeBufferPointer(start: start, count: min(fieldEnd - start, 24))
        let text = shown.map { (0x21...0x7E).contains($0) ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16) }
        let whole = String(decoding: UnsafeBufferPointer(start: start, count: fieldEnd - start), as: UTF8.self)
        let isTooLarge = Double(whole).map { !Float($0).isFinite } ?? false
        return .badNumber(
            path: path, line: line, column: column, text: text.joined() + (shown.count < whole.utf8.count ? "…" : ""),
            reason: isTooLarge ? "a finite number" : "a number")
    }
}
