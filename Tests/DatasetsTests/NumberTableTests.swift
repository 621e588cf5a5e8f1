import Datasets
import Foundation
import Numerics
import TestKit
import Testing

private func doubles(_ text: String, columns: Int) throws -> [Double] {
    let folder = try TemporaryFolder()
    var table = try NumberTable(path: folder.write(text, to: "table"), hasCommas: true)
    var values = [Double](repeating: .nan, count: table.lineCount * columns)
    try values.withUnsafeMutableBufferPointer { try table.read(columns: columns, into: $0) }
    #expect(table.linesLeft == 0)
    return values
}

/// Numbers as recordings spell them, and as nobody should.
private func spellings(_ random: inout RandomSequence) -> [String] {
    (0..<2_000).map { index in
        let value = random.normal() * pow(10, Double(Int.random(in: -9...9, using: &random)))
        switch index % 6 {
        case 0: return String(format: "%.\(index / 6 % 12)f", value)
        case 1: return "\(value)"
        case 2: return String(format: "%.12e", value)
        case 3: return String(format: "%d", Int(random.normal() * pow(10, Double(index % 9))))
        case 4: return String(format: "%+.7f", random.normal())
        default: return String(format: "%0\(index % 20 + 1).3f", abs(value))
        }
    }
}

@Test func everyDoubleHasTheBitsThatItsTextRoundsTo() throws {
    var random = RandomSequence(seed: 5, stream: 1)
    let texts = spellings(&random)
    let values = try doubles(texts.joined(separator: "\n"), columns: 1)
    #expect(values.count == texts.count)
    for (text, value) in zip(texts, values) {
        #expect(value.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
}

@Test func separatorsAndLineEndsChangeNoBit() throws {
    var random = RandomSequence(seed: 6, stream: 1)
    let rows = (0..<300).map { _ in (0..<4).map { _ in String(format: "%.6f", random.normal() * 100) } }
    func text(_ separator: String, _ end: (Int) -> String) -> String {
        rows.enumerated().map { $1.joined(separator: separator) + end($0) }.joined()
    }
    let plain = try doubles(text(" ") { _ in "\n" }, columns: 4)
    #expect(plain.count == 1_200)
    for variant in [
        text(" ") { _ in "\r\n" }, text("\t") { $0 % 3 == 0 ? "\r\n" : "\n" }, "\u{FEFF}" + text(",") { _ in "\n" },
        text(" , ") { _ in " \t\r\n" }, text("   ") { $0 == 299 ? "" : "\n" },
        text(",") { $0 == 299 ? "\n\r\n \n" : "\n" },
    ] {
        #expect(try doubles(variant, columns: 4).map(\.bitPattern) == plain.map(\.bitPattern))
    }
}

@Test func theFirstColumnIsReadWhateverFollows() throws {
    let folder = try TemporaryFolder()
    var table = try NumberTable(path: folder.write("-3.5 1 2\n4,x\r\n5\n1e1 ", to: "table"), hasCommas: true)
    var values = [Double](repeating: 0, count: 3)
    try values.withUnsafeMutableBufferPointer { try table.readFirstColumn(into: $0) }
    #expect(values == [-3.5, 4, 5] && table.linesLeft == 1)
    try values.withUnsafeMutableBufferPointer { values in
        try table.readFirstColumn(into: UnsafeMutableBufferPointer(rebasing: values[..<1]))
    }
    #expect(values[0] == 10 && table.linesLeft == 0)
}

@Test(arguments: [
    ("1 2\n3 x\n", 2, 2, "x"), ("1 2\n3 4\n1.5.2 6", 3, 1, "1.5.2"), ("1 nan\n", 1, 2, "nan"), ("--5 1\n", 1, 1, "--5"),
    ("12345678a 1\n0 0 0 0 0 0 0 0 0 0 0 0 0 0 0", 1, 1, "12345678a"), ("1 .\n", 1, 2, "."), ("1 5e\n", 1, 2, "5e"),
    ("1 0x10\n0 0\n0 0\n0 0\n0 0\n0 0\n0 0", 1, 2, "0x10"), ("1 -\n", 1, 2, "-"), ("inf 1\n", 1, 1, "inf"),
])
func whatIsNoNumberIsNamedWithItsPlace(text: String, line: Int, column: Int, field: String) throws {
    #expect {
        try doubles(text, columns: 2)
    } throws: { error in
        guard case .badNumber(_, line, column, field, _) = error as? DatasetError else { return false }
        return true
    }
}

@Test(arguments: [("1 2\n3\n", 2, 1), ("1 2 3\n", 1, 3), ("1 2\n\n3 4\n", 2, 0), ("1,,2,3\n", 1, 3)])
func anotherNumberOfColumnsIsNamedWithItsLine(text: String, line: Int, found: Int) throws {
    #expect {
        try doubles(text, columns: 2)
    } throws: { error in
        guard case .wrongColumns(_, line, found, 2) = error as? DatasetError else { return false }
        return true
    }
}

@Test func aCommaSeparatesOnlyWhereAskedFor() throws {
    let folder = try TemporaryFolder()
    var table = try NumberTable(path: folder.write("1,5 2\n", to: "table"))
    var values: [Float] = [0, 0]
    #expect(throws: DatasetError.badNumber(path: table.path, line: 1, column: 1, text: "1,5", reason: "a number")) {
        try values.withUnsafeMutableBufferPointer { try table.read(columns: 2, into: $0) }
    }
}

@Test func aFileCutAtAnyByteIsReadOrRefused() throws {
    let text = "\u{FEFF}-124489.161050 0.017487 -0.586700 -0.805771\r\n1e5,+7\t12345678.123456789 .5\n"
    for count in 0...text.utf8.count {
        let folder = try TemporaryFolder()
        let path = folder.path("table")
        try Data(text.utf8.prefix(count)).write(to: URL(filePath: path))
        do {
            var table = try NumberTable(path: path)
            var values = [Float](repeating: 0, count: 4 * table.lineCount)
            try values.withUnsafeMutableBufferPointer { try table.read(columns: 4, into: $0) }
        } catch let error as DatasetError {
            #expect(error.description.contains(path))
        }
    }
}

/// Whole numbers of few digits are read two at a time: beside longer ones, fractions and signs, at every distance from the end.
@Test func smallWholeNumbersAreReadLikeAllOthers() throws {
    var random = RandomSequence(seed: 8, stream: 1)
    for columns in 1...9 {
        let rows = (0..<60).map { _ in
            (0..<columns).map { _ in
                let digits = Int.random(in: 0...5, using: &random)
                let number = String(Int.random(in: 0..<Int(pow(10, Double(digits))), using: &random))
                return ["", "", "", "", "-"].randomElement(using: &random).map { $0 + number } ?? number
            }
        }
        for separator in ["\t", ",", " \t"] {
            for end in ["\n", "\t\n", "\r\n"] {
                let text = rows.map { $0.joined(separator: separator) + end }.joined()
                #expect(try doubles(text, columns: columns) == rows.joined().map { Double($0) })
            }
        }
    }
}
