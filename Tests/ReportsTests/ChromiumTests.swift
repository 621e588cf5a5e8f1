import Foundation
import Reports
import TestKit
import Testing

@Test(.enabled(if: Browser.program != nil, "chromium is not installed: Scripts/setup --for-browser"))
func aPageOpensInABrowserAsItWasWritten() throws {
    let folder = try TemporaryFolder()
    let html = try MadeUp.report().html
    let page = try folder.write(html, to: "page.html")
    let result = try ProgramRun(
        Browser.options(in: folder) + ["--dump-dom", "file://\(page)"], program: Browser.program ?? "",
        in: folder.url.path
    ).result(seconds: 120)
    #expect(result.status == 0)
    // The browser's own reading of it has all that was written: nothing was dropped or moved as no HTML.
    for element in ["section", "figure", "svg", "path", "table", "tr", "td", "data", "bdi"] {
        func count(_ text: String) throws -> Int { text.matches(of: try Regex("<\(element)[ >]")).count }
        #expect(try count(result.output) == count(html), "\(element)")
    }
    #expect(!result.errors.contains("Content Security Policy"), "\(result.errors)")
    #expect(!result.errors.contains("CONSOLE"), "\(result.errors)")
}
