import Foundation
import Testing

/// The documentation shows the very program that `Scripts/check` runs.
@Test func thePageShowsTheExampleThatIsRun() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
    let program = try text("Tests/LibraryExample/Sources/LibraryExample/main.swift")
    #expect(
        try text("Sources/SleepRecognition/SleepRecognition.docc/FromAnotherPackage.md")
            .contains("```swift\n\(program)```\n"))
}
