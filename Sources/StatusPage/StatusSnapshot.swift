import Foundation
import Reports
import Synchronization

/// Everything that the server gives at a moment, made once for all who ask.
final class StatusSnapshot: Sendable {
    private struct News: Encodable {
        let snapshot, title: String
        let over: Bool
        /// All of the page's main element, where its pieces are others than before.
        var main: String?
        /// The pieces that changed, by their elements.
        var pieces: [String: String]?
    }
    /// Which one it is, counted by its process.
    let number: Int
    /// Which one it is of all processes'.
    let name: String
    /// Whether none comes after it.
    let isLast: Bool
    let page: LivePages.Page
    /// The page, the numbers as JSON, and those that Prometheus takes.
    let (html, json, metrics): (Data, Data, Data)
    /// Of each piece the number of the snapshot that first had it so.
    private let since: [Int]
    /// The number of the first snapshot with these pieces.
    private let sinceWhole: Int
    /// Events by the number of the snapshot that who asks has.
    private let events = Mutex<[Int: Data]>([:])

    /// The one after `former`, while so many follow.
    init(
        _ report: LiveReport, _ page: LivePages.Page, number: Int, after former: StatusSnapshot?, isLast: Bool,
        followers: Int
    ) throws {
        (self.number, name, self.page, self.isLast) = (number, report.snapshot, page, isLast)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        (html, json) = (Data(page.html.utf8), try encoder.encode(report) + Data("\n".utf8))
        metrics = Data(MetricsText(report, followers: followers).text.utf8)
        if let former, former.page.pieces.map(\.id) == page.pieces.map(\.id) {
            sinceWhole = former.sinceWhole
            since = page.pieces.indices.map { former.page.pieces[$0] == page.pieces[$0] ? former.since[$0] : number }
        } else {
            (sinceWhole, since) = (number, page.pieces.map { _ in number })
        }
    }

    /// What turns the page of an earlier snapshot into this one's, as an event for the page's script.
    ///
    /// - Parameter earlier: its number; -1 where it is nobody's.
    /// - Returns: the event as it is sent.
    func event(after earlier: Int) -> Data {
        events.withLock { events in
            if let made = events[earlier] { return made }
            var news = News(snapshot: name, title: page.title, over: isLast)
            if earlier < sinceWhole {
                news.main = page.main
            } else {
                let changed = page.pieces.indices.filter { since[$0] > earlier }.map { page.pieces[$0] }
                news.pieces = Dictionary(changed.map { ($0.id, $0.html) }) { first, _ in first }
            }
            // Texts and truths can always be written.
            let json = (try? JSONEncoder().encode(news)) ?? Data("{}".utf8)
            let made = Data("event: pieces\nid: \(name)\ndata: ".utf8) + json + Data("\n\n".utf8)
            if events.count < 64 { events[earlier] = made }
            return made
        }
    }
}
