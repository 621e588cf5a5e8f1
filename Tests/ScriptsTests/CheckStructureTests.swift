import Foundation
import TestKit
import Testing

/// `Scripts/check-structure`, on a package of three targets: a C library, one that may import it, and one that may not.
struct CheckStructureTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write(package(upper: ["Middle"], middle: ["CBottom"]), to: "Package.swift")
        try write("void bottom(void);\n", to: "Sources/CBottom/include/CBottom.h")
        try write("#include \"CBottom.h\"\nvoid bottom(void) {}\n", to: "Sources/CBottom/bottom.c")
        try write("import CBottom\nimport Foundation\n", to: "Sources/Middle/Middle.swift")
        try write("@testable internal import Middle\n", to: "Sources/Upper/Upper.swift")
    }

    private func write(_ text: String, to name: String) throws { _ = try folder.write(text, to: name) }

    private func package(upper: [String], middle: [String], middleIsLast: Bool = false) -> String {
        let targets = [
            ".target(name: \"Middle\", dependencies: \(middle))", ".target(name: \"Upper\", dependencies: \(upper))",
        ]
        return """
            // swift-tools-version: 6.1
            import PackageDescription
            let package = Package(
                name: "small",
                targets: [.target(name: "CBottom"), \((middleIsLast ? targets.reversed() : targets).joined(separator: ", "))])
            """
    }

    private func check() throws -> ProgramResult {
        let script = packageRoot.appending(path: "Scripts/check-structure").path
        return try ProgramRun(["--root", folder.url.path], program: script).result(seconds: 120)
    }

    @Test func aStructureThatIsAsDeclaredPasses() throws {
        let result = try check()
        #expect(result.status == 0, Comment(rawValue: result.errors))
    }

    @Test(arguments: [
        ("Sources/Upper/Upper.swift", "import Middle\nimport CBottom\n", "Upper.swift:2: imports CBottom"),
        ("Sources/Upper/Upper.swift", "import Middle\nprivate import struct Nowhere.Thing\n", "imports Nowhere"),
        ("Sources/Upper/Upper.swift", "import Foundation\n", "Upper declares Middle and imports it nowhere"),
        ("Sources/Middle/Long.swift", String(repeating: "\n", count: 321), "Sources/Middle/Long.swift: 321 lines"),
        (
            "Sources/Middle/Wide.swift", "// " + String(repeating: "x", count: 118),
            "Sources/Middle/Wide.swift:1: a comment of 121 columns"
        ),
    ])
    func aFaultIsNamedWithItsPlace(file: String, text: String, fault: String) throws {
        try write(text, to: file)
        let result = try check()
        #expect(result.status == 1)
        #expect(result.errors.contains(fault), Comment(rawValue: result.errors))
    }

    @Test func aTargetThatDependsOnOneBelowItIsNamed() throws {
        try write(package(upper: ["Middle"], middle: ["CBottom"], middleIsLast: true), to: "Package.swift")
        let result = try check()
        #expect(result.status == 1)
        #expect(
            result.errors.contains("Upper depends on Middle, which stands below it"), Comment(rawValue: result.errors))
    }
}
