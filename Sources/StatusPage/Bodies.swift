import FlyingSocks
import Foundation

/// A body after which the connection is closed, whatever the other side goes on to send.
struct LastBody: AsyncBufferedSequence {
    typealias Element = UInt8
    let content: Data

    struct Iterator: AsyncBufferedIteratorProtocol {
        fileprivate var left: Data?

        mutating func next() async throws -> UInt8? { throw SocketError.disconnected }

        mutating func nextBuffer(suggested count: Int) async throws -> Data? {
            guard let content = left, !content.isEmpty else { throw SocketError.disconnected }
            left = nil
            return content
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(left: content) }
}

/// Events for a page's script, one each time that there is something new.
struct EventBody: AsyncBufferedSequence {
    typealias Element = UInt8
    let feed: StatusFeed
    /// Its place among those who listen.
    let listener: StatusFeed.Listener
    /// The number of the snapshot that the page has; -1 for none.
    let since: Int

    struct Iterator: AsyncBufferedIteratorProtocol {
        fileprivate let body: EventBody
        fileprivate var since: Int
        fileprivate var hasBegun = false

        mutating func next() async throws -> UInt8? { throw SocketError.disconnected }

        mutating func nextBuffer(suggested count: Int) async throws -> Data? {
            if !hasBegun {
                hasBegun = true
                return Data("retry: 2000\n\n".utf8)
            }
            guard let snapshot = await body.feed.next(after: since) else { throw SocketError.disconnected }
            defer { since = snapshot.number }
            return snapshot.event(after: since)
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(body: self, since: since) }
}
