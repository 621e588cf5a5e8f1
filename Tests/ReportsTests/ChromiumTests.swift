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

/// Measures a page at a width; its policy, which forbids scripts, is taken off for that.
private func measured(_ html: String, width: Int, _ script: String) throws -> String {
    let folder = try TemporaryFolder()
    let policy = try Regex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
    let page = try folder.write(
        html.replacing(policy, with: "").replacing("</body>", with: "<script>\(script)</script></body>"),
        to: "page.html")
    let result = try ProgramRun(
        Browser.options(in: folder) + ["--window-size=\(width),900", "--dump-dom", "file://\(page)"],
        program: Browser.program ?? "", in: folder.url.path
    ).result(seconds: 120)
    return try #require(result.output.firstMatch(of: /data-measured="([^"]*)"/).map { String($0.output.1) })
}

@Test(.enabled(if: Browser.program != nil, "chromium is not installed: Scripts/setup --for-browser"))
func tablesOfFiveStagesFitADeskAndKeepTheirRowsNamesWhereTheyDoNotFit() throws {
    var report = Report(title: "five", version: "0")
    report.nights = try NightsPart(MadeUp.nights(12, epochs: 300), classes: MadeUp.stages, acquaintance: .heldOut)
    let overflowing = """
        const wide = [...document.querySelectorAll(".scroll")].filter((each) => each.scrollWidth > each.clientWidth + 1);
        """
    let desk = try measured(report.html, width: 1000, overflowing + "document.body.dataset.measured = wide.length;")
    #expect(desk == "0")
    let narrow = try measured(
        report.html, width: 500,
        overflowing + """
            const moved = wide.map((each) => {
              const name = each.querySelector("tbody th"), number = each.querySelector("tbody td");
              const [a, b] = [name.getBoundingClientRect().left, number.getBoundingClientRect().left];
              each.scrollLeft = 60;
              return [name.getBoundingClientRect().left - a, b - number.getBoundingClientRect().left];
            });
            const good = moved.filter(([name, number]) => Math.abs(name) < 1 && number > 1);
            document.body.dataset.measured = `${moved.length > 0} ${good.length === moved.length}`;
            """)
    #expect(narrow == "true true")
}
