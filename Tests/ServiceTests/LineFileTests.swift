import Foundation
import Service
import TestKit
import Testing

@Suite struct LineFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.path("lines") }
    private var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    @Test func itIsCutBeforeTheFirstUnwantedLineAndGoesOnThere() throws {
        let file = try LineFile(path)
        for line in ["1", "2", "3", "4"] { try file.append(Data(line.utf8)) }
        try file.cut { $0 == Data("3".utf8) }
        #expect(text == "1\n2\n")
        try file.append(Data("5".utf8))
        #expect(text == "1\n2\n5\n")
        try file.cut { _ in false }
        #expect(text == "1\n2\n5\n")
    }

    @Test func whereSomebodyEmptiedItNoHoleIsLeft() throws {
        let file = try LineFile(path)
        try file.append(Data("first".utf8))
        truncate(path, 0)
        try file.append(Data("next".utf8))
        #expect(text == "next\n")
    }
}
