import Foundation

/// What the page that follows a run tells at a moment.
///
/// Every number that the page shows is one of these, rounded.
package struct LiveReport: Encodable, Sendable {
    /// The form of its JSON.
    package static let format = "ssrm.status.1"

    /// Who made it: the program's version.
    package let version: String
    /// Which of all moments it is: text that is never another's.
    package let snapshot: String
    /// How the run stands.
    package let live: LivePart
    /// The run until now; nil before anything of it can be drawn.
    package let run: RunPart?

    private enum CodingKeys: CodingKey { case format, version, snapshot, live, run }

    /// What is told at a moment.
    package init(version: String, snapshot: String, live: LivePart, run: RunPart?) {
        (self.version, self.snapshot, self.live, self.run) = (version, snapshot, live, run)
    }

    /// Writes it.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .format)
        try container.encode(version, forKey: .version)
        try container.encode(snapshot, forKey: .snapshot)
        try container.encode(live, forKey: .live)
        try container.encodeIfPresent(run, forKey: .run)
    }
}

/// Makes the page that follows a run.
package struct LivePages: Sendable {
    /// A page in pieces.
    package struct Page: Sendable {
        /// A piece that is replaced as a whole.
        package struct Piece: Sendable, Equatable {
            /// Its element's.
            package let id: String
            /// What is in that element.
            package let html: String
        }
        /// What the window is called.
        package let title: String
        /// The pieces, in order.
        package let pieces: [Piece]
        /// What is in the page's main element: all pieces with the headings around them.
        package let main: String
        /// The page, which loads `page.js` and the events that replace pieces from where it came from.
        package let html: String
    }
    /// The page's script, which it loads as `page.js`.
    package static let script = PackageResources.page_js
    private let template = PageTemplate.shared
    /// The run as it was drawn last: of a long one that takes many times as long as all else.
    private var run: PageSection?

    /// Made once: the templates are read.
    package init() {}

    /// The page at a moment.
    ///
    /// - Parameters:
    ///   - report: what it tells.
    ///   - isRunAnew: whether the report's run is another than that of the page before it.
    /// - Returns: the page.
    package mutating func page(_ report: LiveReport, isRunAnew: Bool = true) -> Page {
        if isRunAnew { run = report.run?.section(isFollowed: true) }
        let sections = [report.live.section, run].compactMap(\.self)
        let (pieces, main) = template.pieces(of: sections)
        let percent = Int(100 * report.live.done)
        let title =
            (report.live.state == .running ? "\(percent) % " : "\(report.live.state.rawValue) ") + report.live.name
        let html = template.livePage(
            title: report.live.name, windowTitle: title, main: main, snapshot: report.snapshot,
            end: """
                Served by ssrm \(report.version), which no button here can change. The page loads nothing from elsewhere; \
                its numbers are those of status.json, and of /metrics for Prometheus.
                """)
        return Page(
            title: title, pieces: pieces.map { Page.Piece(id: $0.id, html: $0.html) }, main: main, html: html)
    }
}
