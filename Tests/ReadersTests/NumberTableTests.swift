import Datasets
import Foundation
import Numerics
import Readers
import TestKit
import Testing

private func doubles(_ text: String, columns: Int) throws -> [Double] {
    let folder = try TemporaryFolder()
    var table = try NumberTable(path: folder.write(text, to: "table"), hasCommas: true)
    var values = [Double](repeating: .nan, count: table.lineCount * columns)
    try values.withUnsafeMutableBufferPointer { try table.read(columns: columns, into: $0) }
    let linesLeft = table.linesLeft
    #expect(linesLeft == 0)
    return values
}

@discardableResult
private func floats(_ path: String, columns: Int) throws -> [Float] {
    var table = try NumberTable(path: path)
    var values = [Float](repeating: .nan, count: table.lineCount * columns)
    try values.withUnsafeMutableBufferPointer { try table.read(columns: columns, into: $0) }
    return values
}

private func errorOfFloats(_ text: String, columns: Int) throws -> DatasetError? {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "table")
    do {
        try floats(path, columns: columns)
        return nil
    } catch let error as DatasetError { return error }
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
    let linesLeft = table.linesLeft
    #expect(values == [-3.5, 4, 5] && linesLeft == 1)
    try values.withUnsafeMutableBufferPointer { values in
        try table.readFirstColumn(into: UnsafeMutableBufferPointer(rebasing: values[..<1]))
    }
    let linesLeftThen = table.linesLeft
    #expect(values[0] == 10 && linesLeftThen == 0)
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

@Test(arguments: [("1 2\n3\n", 2, 1), ("1 2 3\n", 1, 3), ("1,,2,3\n", 1, 3)])
func anotherNumberOfColumnsIsNamedWithItsLine(text: String, line: Int, found: Int) throws {
    #expect {
        try doubles(text, columns: 2)
    } throws: { error in
        guard case .wrongColumns(_, line, found, 2) = error as? DatasetError else { return false }
        return true
    }
}

@Test(arguments: ["1 2\n\n3 4\n", "1 2\n \t\n3 4\n", "1 2\r\n\r\n3 4\r\n"])
func aLineWithoutANumberIsCalledBlank(text: String) throws {
    #expect {
        try doubles(text, columns: 2)
    } throws: { error in
        guard case .badLine(_, 2, "a blank line between lines of numbers; take it out") = error as? DatasetError
        else { return false }
        return true
    }
}

@Test func aCommaSeparatesOnlyWhereAskedFor() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("1,5 2\n", to: "table")
    #expect(throws: DatasetError.badNumber(path: path, line: 1, column: 1, text: "1,5", reason: "a number")) {
        try floats(path, columns: 2)
    }
}

@Test func aFileCutAtAnyByteIsReadOrRefused() throws {
    let text = "\u{FEFF}-124489.161050 0.017487 -0.586700 -0.805771\r\n1e5,+7\t12345678.123456789 .5\n"
    for count in 0...text.utf8.count {
        let folder = try TemporaryFolder()
        let path = folder.path("table")
        try Data(text.utf8.prefix(count)).write(to: URL(filePath: path))
        do {
            try floats(path, columns: 4)
        } catch let error as DatasetError {
            #expect(error.description.contains(path))
        }
    }
}

/// Whole numbers of one to seven digits, with every kind of gap between them and in lines of many blocks of 64 bytes.
@Test(arguments: [1, 3, 27, 64, 500])
func wholeNumbersOfAnyLengthAreReadAsTheirTextSays(columns: Int) throws {
    var random = RandomSequence(seed: 7, stream: UInt64(columns))
    for longest in 1...7 {
        var (text, expected) = ("", [Float]())
        for line in 0..<40 {
            for column in 0..<columns {
                let digits = Int.random(in: 1...longest, using: &random)
                let number = (0..<digits).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
                let gaps = [" ", "\t", "  ", "\t ", " \r "]
                text += (column > 0 || line % 5 == 1 ? gaps[Int.random(in: 0..<5, using: &random)] : "") + number
                try expected.append(#require(Float(number)))
            }
            text += line == 39 ? "" : ["\n", "\t\n", "\r\n", "\t\r\n", " \n"][line % 5]
        }
        let folder = try TemporaryFolder()
        #expect(try floats(folder.write(text, to: "table"), columns: columns) == expected)
    }
}

/// A field that is no short whole number, at every place of a line of such.
@Test func whateverStandsAmongWholeNumbersIsReadOrNamedWithItsPlace() throws {
    let fields = (0..<120).map { "\($0 * 37 % 1500)" }
    for column in fields.indices {
        var changed = fields
        changed[column] = "-2.5e1"
        let folder = try TemporaryFolder()
        var text = "\(fields.joined(separator: "\t"))\n\(changed.joined(separator: "\t"))\n"
        let values = try floats(folder.write(text, to: "table"), columns: 120)
        #expect(values == (fields + changed).compactMap { Float($0) })
        for field in ["x", "1x", "123:", "12345:", "1\u{0}", "/", "7\u{80}"] {
            changed[column] = field
            text = "\(fields.joined(separator: "\t"))\n\(changed.joined(separator: "\t"))\n"
            guard case .badNumber(_, 2, column + 1, _, "a number")? = try errorOfFloats(text, columns: 120) else {
                Issue.record("\(field) in column \(column + 1)")
                continue
            }
        }
    }
}

@Test func wholeNumbersInTheWrongNumberAreCounted() throws {
    let line = Array(repeating: "12", count: 100).joined(separator: "\t")
    for (second, found) in [(line + "\t1", 101), (String(line.dropLast(3)), 99), (line + "\t" + line, 200)] {
        guard case .wrongColumns(_, 2, found, 100)? = try errorOfFloats("\(line)\n\(second)\n\(line)", columns: 100)
        else {
            Issue.record("\(found) columns")
            continue
        }
    }
}

/// A file that is longer than what is read at once, with lines of very different lengths.
@Test func windowsOfAFileChangeNoBit() throws {
    var random = RandomSequence(seed: 8, stream: 1)
    let rows = (0..<900).map { row in
        (0..<3).map { _ in
            let padding = String(repeating: "0", count: row == 500 ? 150_000 : Int.random(in: 0...300, using: &random))
            return padding + "\(Int.random(in: 0...99_999, using: &random))"
        }
    }
    let text = "\u{FEFF}" + rows.map { $0.joined(separator: " ") }.joined(separator: "\r\n") + "\n \n"
    let folder = try TemporaryFolder()
    let values = try floats(folder.write(text, to: "table"), columns: 3)
    #expect(values == rows.flatMap { $0.compactMap { Float($0) } })
    let blanks = String(repeating: " \n", count: 200_000)
    #expect(try floats(folder.write("1 2\n3 4" + blanks, to: "table"), columns: 2) == [1, 2, 3, 4])
    #expect(try errorOfFloats(blanks, columns: 2)?.description.contains("is empty") == true)
    #expect(
        try errorOfFloats("1 2" + blanks + "3 4", columns: 2)?.description.contains(
            "a blank line between lines of numbers") == true)
}

@Test func aFileThatIsCutShorterWhileItIsReadIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(String(repeating: "1 2 3\n", count: 100_000), to: "table")
    var table = try NumberTable(path: path)
    var values = [Float](repeating: 0, count: 3 * 100_000)
    try values.withUnsafeMutableBufferPointer { values in
        try table.read(columns: 3, into: UnsafeMutableBufferPointer(rebasing: values[..<300]))
    }
    #expect(truncate(path, 300_000) == 0)
    #expect(
        throws: DatasetError.unsuitable(path: path, reason: "it was cut or changed while it was read; copy it again")
    ) {
        try values.withUnsafeMutableBufferPointer { try table.read(columns: 3, into: $0) }
    }
}
