import Foundation
import Reports
import TestKit
import Testing

/// Debian's browser, without a window.
private enum Chromium {
    static let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The page's document after it was opened, and what the browser said.
    static func opened(_ page: String, in folder: TemporaryFolder) throws -> ProgramResult {
        try ProgramRun(
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--user-data-dir=\(folder.path("profile"))", "--enable-logging=stderr", "--v=0", "--dump-dom",
                "file://\(page)",
            ], program: program ?? "", in: folder.url.path
        ).result(seconds: 120)
    }
}

@Test(.enabled(if: Chromium.program != nil, "chromium is not installed: Scripts/setup --for-browser"))
func aPageOpensInABrowserAsItWasWritten() throws {
    let folder = try TemporaryFolder()
    let html = try MadeUp.report().html
    let result = try Chromium.opened(try folder.write(html, to: "page.html"), in: folder)
    #expect(result.status == 0)
    // The browser's own reading of it has all that was written: nothing was dropped or moved as no HTML.
    for element in ["section", "figure", "svg", "path", "table", "tr", "td", "data", "bdi"] {
        func count(_ text: String) throws -> Int { text.matches(of: try Regex("<\(element)[ >]")).count }
        #expect(try count(result.output) == count(html), "\(element)")
    }
    #expect(!result.errors.contains("Content Security Policy"), "\(result.errors)")
    #expect(!result.errors.contains("CONSOLE"), "\(result.errors)")
}
