import Foundation
import Reports
import Testing

/// How a run is drawn.
@Suite struct RunPageTests {
    private func page(_ part: RunPart) -> String {
        var report = Report(title: "run", version: "0")
        report.run = part
        return report.html
    }

    /// The marks of the drawing with a title, and what stands at its left.
    private func drawing(_ title: String, in html: String) throws -> (marks: String, left: [String]) {
        let own = try #require(html.range(of: "aria-label=\"\(title)"))
        let end = try #require(html[own.upperBound...].range(of: "</svg>"))
        let left = try #require(html[..<own.lowerBound].range(of: "<div class=\"left\">", options: .backwards))
        let ticks = html[left.upperBound..<own.lowerBound].matches(of: />([^<]+)<\/span>/).map { String($0.output.1) }
        return (String(html[own.upperBound..<end.lowerBound]), ticks)
    }

    @Test(arguments: ["loss over", "pairs found over", "rows a second over", "workers over", "parts of the workers"])
    func oneMeasurementIsADotAndSeveralAreALine(title: String) throws {
        let one = try drawing(title, in: page(try MadeUp.runPart(lines: 1, workers: 2))).marks
        #expect(one.contains("class=\"d k") && !one.contains("class=\"l ") && !one.contains("class=\"f "), "\(one)")
        let several = try drawing(title, in: page(try MadeUp.runPart(lines: 3, workers: 2))).marks
        #expect(!several.contains("class=\"d k"), "\(several)")
    }

    /// Of no rows and no workers there is nothing below 0 to draw.
    @Test(arguments: [0, 1, 17], ["rows a second over", "workers over"])
    func anAxisOfCountsBeginsAtNone(count: Int, title: String) throws {
        let line = """
            {"loss":0.5,"rows_per_s":\(count),"seconds":1,"step":5,"workers":\(count)}\n
            """
        let part = try RunPart(name: "r", job: nil, metrics: Data(line.utf8), events: nil)
        let left = try drawing(title, in: page(part)).left
        #expect(left.count > 1 && left.contains { Double($0) == 0 }, "\(left)")
        #expect(!left.contains { $0.hasPrefix("−") }, "\(left)")
    }

    /// Like a part of pairs, whose room would have been larger than itself.
    @Test func aSmallFigureThatStandsAloneHasNoAxisBelow0() throws {
        let line = "{\"loss\":-0.1,\"part\":0.05,\"seconds\":1,\"step\":5,\"workers\":1}\n"
        let html = page(try RunPart(name: "r", job: nil, metrics: Data(line.utf8), events: nil))
        let part = try drawing("part over", in: html).left
        #expect(part.count > 1 && !part.contains { $0.hasPrefix("−") }, "\(part)")
        #expect(try drawing("loss over", in: html).left.contains { $0.hasPrefix("−") })
    }
}
