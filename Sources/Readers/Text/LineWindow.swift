import CKernels
import Checkpoints
import Datasets
import Foundation

/// A text file seen through a window of whole lines that moves from its start to its end.
///
/// The file is read into memory that is used again and again, not mapped: when it is cut shorter meanwhile, that is an
/// error and no signal. The memory holds some lines, or one where a line is longer.
final class LineWindow {
    /// What a look through a whole file found.
    struct Count: Sendable {
        fileprivate let identity: RegularFile.Identity
        /// Where the content lies: behind a byte order mark, and without the blanks and line ends at the file's end.
        fileprivate let content: Range<Int>
        /// How many lines the content has.
        let lineCount: Int
    }

    /// Memory for a part of the file and, around it, for what `kernel_read_counts` looks at.
    private final class Memory {
        private let whole: UnsafeMutableRawPointer
        let bytes: UnsafeMutableRawBufferPointer

        init(byteCount: Int) {
            let (before, after) = (Int(TEXT_BYTES_BEFORE), Int(TEXT_BLOCK_BYTES))
            whole = .allocate(byteCount: before + byteCount + after, alignment: 64)
            memset(whole, 0, before)
            memset(whole + before + byteCount, 0, after)
            bytes = UnsafeMutableRawBufferPointer(start: whole + before, count: byteCount)
        }

        deinit { whole.deallocate() }
    }

    /// What is read at once: together with what becomes of it, it fits in a core's own cache.
    private static let bytesAtOnce = 128 << 10
    /// No line is longer; bounds the memory used for a file that is no table.
    private static let largestLineBytes = 64 << 20

    private let file: RegularFile
    private var memory: Memory
    /// Which bytes of the file are in memory.
    private var held: Range<Int>

    /// The file's lines.
    let count: Count
    /// The path as given.
    var path: String { file.path }

    /// Opens a file and counts its lines.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - count: what counting them found before; they are then not counted again.
    /// - Throws: `DatasetError` when it can't be read, holds nothing, or has changed since its lines were counted.
    init(path: String, counted count: Count?) throws(DatasetError) {
        file = try RegularFile.opened(path)
        memory = Memory(byteCount: min(file.byteCount, Self.bytesAtOnce))
        if let count {
            guard count.identity == file.identity else {
                throw .unsuitable(path: path, reason: "it changed while it was read; try again when it is complete")
            }
            self.count = count
            held = count.content.lowerBound..<count.content.lowerBound
        } else {
            self.count = try Self.count(file, by: memory.bytes)
            held = 0..<(file.byteCount <= memory.bytes.count ? file.byteCount : 0)  // a short file is still there
        }
    }

    private static func count(
        _ file: RegularFile, by memory: UnsafeMutableRawBufferPointer
    ) throws(DatasetError) -> Count {
        var (start, end, newlinesBeforeEnd, newlines, offset) = (0, 0, 0, 0, 0)
        while offset < file.byteCount {
            let wanted = min(memory.count, file.byteCount - offset)
            let piece = UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted])
            try file.fill(piece, at: offset)
            let bytes = UnsafeRawBufferPointer(piece)
            if offset == 0 {
                if let reason = TextEncoding.adviceOnNumbers(bytes) {
                    throw .unsuitable(path: file.path, reason: reason)
                }
                start = ByteOrderMark.byteCount(in: bytes)
            }
            if let last = bytes.lastIndex(where: { !DecimalNumber.isBlankOrNewline($0) }) {
                newlinesBeforeEnd = newlines + newlineCount(bytes[...last])
                newlines = newlinesBeforeEnd + newlineCount(bytes[(last + 1)...])
                end = offset + last + 1
            } else {
                newlines += newlineCount(bytes[...])
            }
            offset += wanted
        }
        guard end > start else { throw .empty(path: file.path) }
        return Count(identity: file.identity, content: start..<end, lineCount: newlinesBeforeEnd + 1)
    }

    private static func newlineCount(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        guard let start = bytes.baseAddress else { return 0 }
        return kernel_count_bytes(start, bytes.count, DecimalNumber.newline)
    }

    /// Moves the window on.
    ///
    /// Pointers into earlier windows are no longer good. Before the first byte are `TEXT_BYTES_BEFORE` more that may be
    /// read, the last of them no digit, and after the last there are `TEXT_BLOCK_BYTES`.
    ///
    /// - Parameters:
    ///   - start: where the next line starts in the window as it is; nil for the first line.
    ///   - line: its number, from 1.
    /// - Returns: the next line and those after it that fit, each with its line end; nothing at the content's end.
    /// - Throws: `DatasetError` when the file can't be read, was cut shorter, or has a line that no table has.
    func move(to start: UnsafePointer<UInt8>?, line: Int) throws(DatasetError) -> UnsafeBufferPointer<UInt8> {
        let base = UnsafeRawPointer(memory.bytes.baseAddress)
        var first = count.content.lowerBound
        if let start, let base { first = held.lowerBound + (UnsafeRawPointer(start) - base) }
        let kept = max(0, held.upperBound - first)
        moveBytes(from: first - held.lowerBound, count: kept, to: memory)
        held = first..<first + kept
        while held.upperBound < count.content.upperBound {
            if let newline = lastNewline() { return lines(count: newline + 1) }
            if held.count == memory.bytes.count { try grow(line: line) }
            let wanted = min(memory.bytes.count, count.content.upperBound - first) - held.count
            try file.fill(
                UnsafeMutableRawBufferPointer(rebasing: memory.bytes[held.count..<held.count + wanted]),
                at: held.upperBound)
            held = first..<held.upperBound + wanted
        }
        return lines(count: max(0, count.content.upperBound - first))
    }

    private func lines(count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(UnsafeMutableRawBufferPointer(rebasing: memory.bytes[..<count]).bindMemory(to: UInt8.self))
    }

    private func lastNewline() -> Int? {
        UnsafeRawBufferPointer(rebasing: memory.bytes[..<held.count]).lastIndex(of: DecimalNumber.newline)
    }

    private func moveBytes(from offset: Int, count: Int, to target: Memory) {
        guard count > 0, let from = memory.bytes.baseAddress, let to = target.bytes.baseAddress else { return }
        memmove(to, from + offset, count)
    }

    private func grow(line: Int) throws(DatasetError) {
        guard memory.bytes.count < Self.largestLineBytes else {
            let limit = "\(Self.largestLineBytes >> 20) MiB"
            throw .badLine(path: path, line: line, reason: "longer than \(limit): this is not a table of numbers")
        }
        let larger = Memory(byteCount: min(2 * memory.bytes.count, Self.largestLineBytes))
        moveBytes(from: 0, count: held.count, to: larger)
        memory = larger
    }
}
