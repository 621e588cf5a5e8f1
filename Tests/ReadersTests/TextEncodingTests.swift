import Foundation
import TestKit
import Testing

import Readers

/// What is said of bytes as a text; nil when they are read.
private func refusal(_ bytes: [UInt8], name: String = "text.csv") throws -> String? {
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: folder.url.appending(path: name))
    do {
        _ = try DecodedText(path: folder.path(name))
        return nil
    } catch { return error.description.replacing(folder.url.path + "/", with: "") }
}

@Test(arguments: [
    "a", "é", "\u{7FF}\u{800}\u{FFFF}", "\u{10000}\u{10FFFF}", "\u{FEFF}x",
    String(repeating: "abcdefgh", count: 9) + "ü",
    String(repeating: "René;", count: 100), "\u{D7FF}\u{E000}",
])
func whatIsUTF8IsRead(text: String) throws {
    #expect(try refusal(Array(text.utf8)) == nil)
}

/// Every sequence of two bytes, alone and after a text longer than what is looked at together, as Swift judges it.
@Test func whatIsNoUTF8IsFoundWhereItStands() throws {
    let front = Array(String(repeating: "0123456789", count: 7).utf8)
    let tails: [[UInt8]] = [
        [], [0x80], [0xBF, 0x80], [0x80, 0x80, 0x80], [0x9F, 0xBF], [0xA0, 0x80], [0x8F, 0xBF, 0xBF],
        [0x90, 0xBF, 0xBF],
    ]
    for first in UInt8(0x7F)...0xFF {
        for tail in tails {
            for front in [[], front] {
                let bytes = front + [first] + tail + Array("plain text behind it, long enough for a word".utf8)
                let found = bytes.withUnsafeBytes { TextEncoding.firstByteOutsideUTF8(in: $0) }
                let isText = String(validating: bytes, as: UTF8.self) != nil
                #expect((found == nil) == isText, "\(bytes)")
                if let found { #expect(String(validating: bytes[..<found], as: UTF8.self) != nil, "\(bytes)") }
            }
        }
    }
}

@Test func bytesOfAnotherEncodingAreRefusedWithTheirPlaceAndWhatTheyAre() throws {
    let latin1: [UInt8] = Array("id,hr\r\nana,60\r\nRen".utf8) + [0xE9] + Array(",61\r\n".utf8)
    #expect(
        try refusal(latin1) == "text.csv, line 3: 0xE9 (byte 18 of the file) is no UTF-8; it looks like ISO-8859-1 or "
            + "WINDOWS-1252: make a copy with iconv -f WINDOWS-1252 -t UTF-8")
    let windows: [UInt8] = Array("note\nO".utf8) + [0x92] + Array("Neil\n".utf8)
    #expect(
        try refusal(windows)?.contains("line 2: 0x92 (byte 6 of the file) is no UTF-8; it looks like WINDOWS-1252:")
            == true)
    let cyrillic: [UInt8] = [0xC8, 0xE2, 0xE0, 0xED, 0x2C, 0x31, 0x0A]
    #expect(try refusal(cyrillic)?.contains("iconv -f ENCODING -t UTF-8, which is that of the program") == true)
    let dos: [UInt8] = Array("G".utf8) + [0x81] + Array("nter".utf8)  // ü of CP437, nothing in Windows-1252
    #expect(try refusal(dos)?.contains("(MACINTOSH, CP437, ") == true)
    let joined = Array("Ana\u{EF}s\n".utf8) + latin1
    #expect(
        try refusal(joined)?.contains("though there is UTF-8 before it: files of two encodings were joined") == true)
    #expect(
        try refusal(Array("Zoë\nZoë".utf8).dropLast())?.contains(
            "line 2: 0xC3 (byte 7 of the file) is no UTF-8: the file ends inside a character; copy it again") == true)
}

@Test func utf16NeedsItsMarkAndWholeCharacters() throws {
    let text = "id,hr\nRené,60\n𝄞,61\n"
    for (encoding, name) in [(String.Encoding.utf16LittleEndian, "UTF-16LE"), (.utf16BigEndian, "UTF-16BE")] {
        #expect(try refusal(Array(#require(("\u{FEFF}" + text).data(using: encoding)))) == nil)
        #expect(
            try refusal(Array(#require(text.data(using: encoding))))
                == "text.csv: it looks like \(name) without a byte order mark; make a copy with iconv -f \(name) -t UTF-8"
        )
    }
    for half: [UInt8] in [[0x34, 0xD8], [0x1E, 0xDD], [0x34, 0xD8, 0x34, 0xD8, 0x1E, 0xDD]] {
        let bytes: [UInt8] = [0xFF, 0xFE, 0x61, 0, 0x0A, 0] + half + [0x62, 0]
        #expect(
            try refusal(bytes)
                == "text.csv, line 2: half a character of UTF-16 (byte 6 of the file); copy the file again")
    }
}

@Test(
    arguments: [
        ([0x1F, 0x8B, 8, 0], "compressed (gzip): unpack it with gunzip"),
        ([0x50, 0x4B, 3, 4], "a spreadsheet (.xlsx, .ods)"),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "a spreadsheet (.xls)"),
        (Array("PAR1\u{15}\u{4}".utf8), "Parquet: make a CSV of it with pandas.read_parquet"),
        ([0x93] + Array("NUMPY".utf8) + [1, 0], "an array of NumPy (.npy): make a text of it with numpy.savetxt("),
        (Array("<!DOCTYPE html>".utf8), "a web page"), (Array("<?xml version".utf8), "XML"),
    ] as [([UInt8], String)])
func whatIsNoTextIsNamedWithWhatToDo(bytes: [UInt8], expected: String) throws {
    #expect(try refusal(bytes)?.contains("it is \(expected)") == true)
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: folder.url.appending(path: "numbers.txt"))
    do {
        _ = try NumberTable(path: folder.path("numbers.txt"))
        Issue.record("numbers are read from \(bytes)")
    } catch { #expect(error.description.contains("it is \(expected)")) }
    #expect(try refusal(Array("PAR1,PK,BZh\n".utf8)) == nil)
}

@Test func numbersInUTF16AreNamed() throws {
    for (mark, said) in [("\u{FEFF}", "it is UTF-16, which is not read here"), ("", "it looks like UTF-16LE")] {
        let folder = try TemporaryFolder()
        let bytes = try #require((mark + "1 2\n3 4\n").data(using: .utf16LittleEndian))
        try bytes.write(to: folder.url.appending(path: "a.txt"))
        do {
            _ = try NumberTable(path: folder.path("a.txt"))
            Issue.record("read")
        } catch { #expect(error.description.contains(said), "\(error)") }
    }
}
