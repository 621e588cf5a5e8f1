import Checkpoints
import Foundation

/// A text file of plain decimal numbers in lines of columns, read one run of lines after another.
///
/// Columns are separated by spaces or tabs, one or more; a line ends in LF or CRLF, also after a last separator. Blank lines
/// at the end do not count, and neither does a UTF-8 byte order mark at the start.
struct NumberTable {
    private static let tab = UInt8(ascii: "\t")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let space = UInt8(ascii: " ")

    private let file: MappedFile
    /// From here to `end` lies what has not been read.
    private var next: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    /// The number of the line at `next`, from 1.
    private var line = 1

    /// How many lines with numbers the file has.
    let lineCount: Int

    /// Opens a file and counts its lines.
    init(path: String) throws(DatasetError) {
        do {
            file = try MappedFile(path: path)
        } catch .unreadable(let path, let reason) {
            throw .unreadable(path: path, reason: reason)
        } catch {
            preconditionFailure("mapping a file failed with \(error)")
        }
        var content = file.bytes.bindMemory(to: UInt8.self)[...]
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        while let last = content.last, Self.isBlank(last) || last == Self.newline { content = content.dropLast() }
        guard !content.isEmpty, let start = UnsafeBufferPointer(rebasing: content).baseAddress else {
            throw .empty(path: path)
        }
        next = start
        end = start + content.count
        var lines = 1
        for byte in content where byte == Self.newline { lines += 1 }
        lineCount = lines
    }

    var path: String { file.path }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab || byte == carriageReturn }

    /// Passes over the next lines without looking at their columns.
    mutating func skip(lines: Int) {
        for _ in 0..<min(lines, lineCount - line + 1) {
            while next < end, next.pointee != Self.newline { next += 1 }
            if next < end { next += 1 }
            line += 1
        }
    }

    /// Reads the next lines.
    ///
    /// - Parameters:
    ///   - columns: how many numbers a line has.
    ///   - values: where they go, row-major; its count is a multiple of `columns`.
    /// - Throws: `DatasetError` that names the file, the line and the column.
    mutating func read(columns: Int, into values: UnsafeMutableBufferPointer<Float>) throws(DatasetError) {
        precondition(values.count % columns == 0, "\(values.count) values in lines of \(columns)")
        guard var target = values.baseAddress else { return }
        for _ in 0..<values.count / columns {
            // Only a file that shrank since its lines were counted ends here.
            guard line <= lineCount else { throw .wrongRows(path: path, found: lineCount, expected: line) }
            try readLine(columns: columns, into: target)
            target += columns
        }
    }

    private mutating func readLine(columns: Int, into target: UnsafeMutablePointer<Float>) throws(DatasetError) {
        var at = next
        for column in 0..<columns {
            while at < end, Self.isBlank(at.pointee) { at += 1 }
            guard at < end, at.pointee != Self.newline else { throw columnError(expected: columns) }
            guard let value = number(&at) else { throw numberError(at, column: column + 1) }
            target[column] = value
        }
        while at < end, Self.isBlank(at.pointee) { at += 1 }
        guard at == end || at.pointee == Self.newline else { throw columnError(expected: columns) }
        next = at < end ? at + 1 : end
        line += 1
    }

    /// The number at `at`, which moves behind it; nil when there is none or it is not finite.
    @inline(__always)
    private func number(_ at: inout UnsafePointer<UInt8>) -> Float? {
        // Nearly every field of a pressure map is a small whole number.
        var p = at
        var whole: UInt32 = 0
        while p < end {
            let digit = p.pointee &- UInt8(ascii: "0")
            guard digit < 10, p - at < 7 else { break }
            whole = whole &* 10 &+ UInt32(digit)
            p += 1
        }
        if p > at, p == end || endsField(p.pointee) {
            at = p
            return Float(whole)  // below 2^24: exact
        }
        return decimal(&at)
    }

    @inline(__always)
    private func endsField(_ byte: UInt8) -> Bool { Self.isBlank(byte) || byte == Self.newline }

    /// As `number`, for any plain decimal: sign, digits, fraction, exponent.
    @inline(never)
    private func decimal(_ at: inout UnsafePointer<UInt8>) -> Float? {
        let start = at
        var p = at
        var isNegative = false
        if p < end, p.pointee == UInt8(ascii: "-") || p.pointee == UInt8(ascii: "+") {
            isNegative = p.pointee == UInt8(ascii: "-")
            p += 1
        }
        var mantissa: UInt64 = 0
        var power = 0
        var digits = 0
        var isExact = true
        var isFraction = false
        while p < end {
            let digit = p.pointee &- UInt8(ascii: "0")
            if digit < 10 {
                if mantissa < 1 << 49 {  // ten times as much and a digit stay below 2^53, exact as a Double
                    mantissa = mantissa * 10 + UInt64(digit)
                    power -= isFraction ? 1 : 0
                } else {
                    isExact = false
                }
                digits += 1
            } else if p.pointee == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            p += 1
        }
        guard digits > 0 else { return nil }
        if p < end, p.pointee | 0x20 == UInt8(ascii: "e") {
            guard let exponent = exponent(&p) else { return nil }
            power += exponent
        }
        guard p == end || endsField(p.pointee) else { return nil }
        let magnitude: Double
        if isExact, abs(power) <= 22 {  // both operands are exact: one correct rounding (Clinger 1990)
            let scale = Self.powersOfTen[abs(power)]
            magnitude = power < 0 ? Double(mantissa) / scale : Double(mantissa) * scale
        } else {
            let text = String(decoding: UnsafeBufferPointer(start: start, count: p - start), as: UTF8.self)
            magnitude = abs(strtod(text, nil))
        }
        let value = Float(isNegative ? -magnitude : magnitude)
        guard value.isFinite else { return nil }
        at = p
        return value
    }

    private func exponent(_ p: inout UnsafePointer<UInt8>) -> Int? {
        p += 1
        var isNegative = false
        if p < end, p.pointee == UInt8(ascii: "-") || p.pointee == UInt8(ascii: "+") {
            isNegative = p.pointee == UInt8(ascii: "-")
            p += 1
        }
        let start = p
        var exponent = 0
        while p < end, p.pointee &- UInt8(ascii: "0") < 10 {
            exponent = min(exponent * 10 + Int(p.pointee - UInt8(ascii: "0")), 100_000)
            p += 1
        }
        return p > start ? (isNegative ? -exponent : exponent) : nil
    }

    /// 10^0 to 10^22, each exact.
    private static let powersOfTen = (0..<22).reduce(into: [1.0]) { powers, i in powers.append(powers[i] * 10) }

    // MARK: - Errors

    private func columnError(expected: Int) -> DatasetError {
        var lineEnd = next
        while lineEnd < end, lineEnd.pointee != Self.newline { lineEnd += 1 }
        let content = UnsafeBufferPointer(start: next, count: lineEnd - next)
        let found = content.split(whereSeparator: Self.isBlank).count
        return .wrongColumns(path: path, line: line, found: found, expected: expected)
    }

    private func numberError(_ start: UnsafePointer<UInt8>, column: Int) -> DatasetError {
        var fieldEnd = start
        while fieldEnd < end, !endsField(fieldEnd.pointee) { fieldEnd += 1 }
        let shown = UnsafeBufferPointer(start: start, count: min(fieldEnd - start, 24))
        let text = shown.map { (0x21...0x7E).contains($0) ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16) }
        let whole = String(decoding: UnsafeBufferPointer(start: start, count: fieldEnd - start), as: UTF8.self)
        let isTooLarge = Double(whole).map { !Float($0).isFinite } ?? false
        return .badNumber(
            path: path, line: line, column: column, text: text.joined() + (shown.count < whole.utf8.count ? "…" : ""),
            reason: isTooLarge ? "a finite number" : "a number")
    }
}
