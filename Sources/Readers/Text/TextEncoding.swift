package import Datasets

/// Which encoding a text has: makes sure that bytes are UTF-8, and says of others what they may be.
package enum TextEncoding {
    /// How much of a file is looked at for a guess.
    private static let bytesForAGuess = 64 << 10

    /// Where the first byte is that belongs to no character of UTF-8 (The Unicode Standard, table 3-7).
    package static func firstByteOutsideUTF8(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress else { return nil }
        var at = 0
        while at < bytes.count {
            at += asciiCount(start + at, bytes.count - at)
            guard at < bytes.count else { break }
            let length = characterLength(UnsafeRawBufferPointer(rebasing: bytes[at...]))
            guard length > 0 else { return at }
            at += length
        }
        return nil
    }

    /// How many bytes are ASCII until one is not; texts are almost all of it, so 32 are looked at together.
    @inline(__always)
    private static func asciiCount(_ start: UnsafeRawPointer, _ count: Int) -> Int {
        var at = 0
        while at + 32 <= count {
            let bytes = (start + at).loadUnaligned(as: SIMD4<UInt64>.self)
            guard (bytes[0] | bytes[1] | bytes[2] | bytes[3]) & 0x8080_8080_8080_8080 == 0 else { break }
            at += 32
        }
        while at < count, start.load(fromByteOffset: at, as: UInt8.self) < 0x80 { at += 1 }
        return at
    }

    /// The bytes of the character that stands first, more than one; 0 where none does.
    private static func characterLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch bytes[0] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)  // no half of a pair of UTF-16
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard bytes.count >= length, second.contains(bytes[1]),
            bytes[2..<length].allSatisfy({ (0x80...0xBF).contains($0) })
        else { return 0 }
        return length
    }

    /// Refuses bytes that are no UTF-8, with their place and the encoding to convert from.
    package static func requireUTF8(_ bytes: UnsafeRawBufferPointer, path: String) throws(DatasetError) {
        if let reason = adviceOnUTF16WithoutMark(bytes) { throw .unsuitable(path: path, reason: reason) }
        guard let byte = firstByteOutsideUTF8(in: bytes) else { return }
        let before = UnsafeRawBufferPointer(rebasing: bytes[..<byte])
        let line = lineNumber(before)
        let rest = UnsafeRawBufferPointer(rebasing: bytes[byte...].prefix(bytesForAGuess))
        let what = "0x\(String(bytes[byte], radix: 16, uppercase: true)) (byte \(byte) of the file) is no UTF-8"
        // A character of many bytes that the end of the file cuts is not another encoding.
        let isCut = rest.count < 4 && rest[0] >= 0xC2 && rest.dropFirst().allSatisfy { (0x80...0xBF).contains($0) }
        if isCut, before.contains(where: { $0 >= 0x80 }) {
            throw .badLine(path: path, line: line, reason: "\(what): the file ends inside a character; copy it again")
        }
        let isMixed = before.contains { $0 >= 0x80 }
        let mixture = isMixed ? ", though there is UTF-8 before it: files of two encodings were joined" : ""
        throw .badLine(path: path, line: line, reason: "\(what)\(mixture); \(advice(on: rest))")
    }

    /// The number of the line on which the text after these bytes goes on; LF, CRLF and CR end one.
    private static func lineNumber(_ bytes: UnsafeRawBufferPointer) -> Int {
        var (line, last): (Int, UInt8) = (1, 0)
        for byte in bytes {
            if byte == 0x0D || byte == 0x0A && last != 0x0D { line += 1 }
            last = byte
        }
        return line
    }

    private static func conversion(from encoding: String) -> String {
        "make a copy with iconv -f \(encoding) -t UTF-8"
    }

    /// What to do with UTF-16 that does not say so: of mostly Latin letters it has a zero in every other byte.
    private static func adviceOnUTF16WithoutMark(_ bytes: UnsafeRawBufferPointer) -> String? {
        let start = bytes.prefix(1024)
        guard start.count >= 4, start.contains(0) else { return nil }
        let zeros = [0, 1].map { parity in start.indices.count { $0 % 2 == parity && start[$0] == 0 } }
        guard zeros.max() ?? 0 >= start.count / 4, zeros.min() == 0 else { return nil }
        let encoding = zeros[0] == 0 ? "UTF-16LE" : "UTF-16BE"
        return "it looks like \(encoding) without a byte order mark; \(conversion(from: encoding))"
    }

    /// What is wrong with a file that should hold plain numbers and starts with these bytes; nil for nothing.
    package static func adviceOnNumbers(_ bytes: UnsafeRawBufferPointer) -> String? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return "it is UTF-16, which is not read here; \(conversion(from: "UTF-16"))"
        }
        return FileSignature.advice(for: bytes) ?? adviceOnUTF16WithoutMark(bytes)
    }

    /// What to do with bytes of an encoding other than UTF-8, by how those that are no ASCII stand together.
    private static func advice(on bytes: UnsafeRawBufferPointer) -> String {
        let isOther = bytes.map { $0 >= 0x80 }
        let neighboured = isOther.indices.count {
            isOther[$0] && ($0 > 0 && isOther[$0 - 1] || $0 + 1 < isOther.count && isOther[$0 + 1])
        }
        // Western letters beyond ASCII stand alone in their words; other scripts have hardly anything else.
        if 2 * neighboured <= isOther.count(where: { $0 }) {
            let isWindows = bytes.allSatisfy { ![0x81, 0x8D, 0x8F, 0x90, 0x9D].contains($0) }
            let isLatin1 = !bytes.contains { (0x80...0x9F).contains($0) }
            if isWindows {
                return
                    "it looks like \(isLatin1 ? "ISO-8859-1 or " : "")WINDOWS-1252: \(conversion(from: "WINDOWS-1252"))"
            }
        }
        return "save it as UTF-8, or \(conversion(from: "ENCODING")), which is that of the program that wrote it "
            + "(MACINTOSH, CP437, WINDOWS-1251, SHIFT_JIS, GB18030, …)"
    }

    /// UTF-16 as UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: all of a file, with its byte order mark.
    ///   - path: the file, for errors.
    /// - Returns: the text, without the mark.
    /// - Throws: `DatasetError`, for half a pair of code units too.
    package static func utf8(ofUTF16 bytes: UnsafeRawBufferPointer, path: String) throws(DatasetError) -> [UInt8] {
        guard bytes.count % 2 == 0 else {
            throw .unsuitable(path: path, reason: "UTF-16 with an odd number of bytes; copy the file again")
        }
        let high = bytes[0] == 0xFE ? 0 : 1
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for at in stride(from: 2, to: bytes.count, by: 2) {
            units.append(UInt16(bytes[at + high]) << 8 | UInt16(bytes[at + 1 - high]))
        }
        if let half = firstHalfCharacter(in: units) {
            let line = Array(String(decoding: units[..<half], as: UTF16.self).utf8).withUnsafeBytes(lineNumber)
            throw .badLine(
                path: path, line: line,
                reason: "half a character of UTF-16 (byte \(2 + 2 * half) of the file); copy the file again")
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// Where a code unit is that needs another beside it and has none.
    private static func firstHalfCharacter(in units: [UInt16]) -> Int? {
        var at = 0
        while at < units.count {
            if UTF16.isTrailSurrogate(units[at]) { return at }
            let isPair = UTF16.isLeadSurrogate(units[at])
            if isPair, at + 1 == units.count || !UTF16.isTrailSurrogate(units[at + 1]) { return at }
            at += isPair ? 2 : 1
        }
        return nil
    }
}
