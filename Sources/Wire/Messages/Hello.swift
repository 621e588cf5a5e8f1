import CWire

/// A worker's introduction.
package struct Hello: Equatable, Sendable {
    /// No worker has more compute threads.
    package static let threadLimit = 4096
    /// No hello's header is larger.
    package static let byteLimit = 4096
    /// Host name and process number, for people.
    package var name: String
    /// The kind of processor.
    package var processor: String
    /// The numeric library, its version and instruction set.
    package var numerics: String
    /// Compute threads.
    package var threads: Int
    /// The digest of the dataset at hand; empty for none.
    package var datasetDigest: String

    /// An introduction.
    package init(name: String, processor: String, numerics: String, threads: Int, datasetDigest: String) {
        (self.name, self.processor, self.numerics) = (name, processor, numerics)
        (self.threads, self.datasetDigest) = (threads, datasetDigest)
    }
}

extension MessageForm {
    /// A worker asks to join.
    static let hello = MessageForm(SSRM__WIRE__HEADER__BODY_HELLO) { header throws(WireError) in
        let body = header.hello.pointee
        guard (1...UInt32(Hello.threadLimit)).contains(body.threads) else {
            throw .malformedHeader("\(body.threads) threads")
        }
        return .hello(
            Hello(
                name: text(body.name), processor: text(body.processor), numerics: text(body.numerics),
                threads: Int(body.threads), datasetDigest: text(body.dataset_digest)))
    } write: { message, header, arena in
        guard case .hello(let hello) = message else { return false }
        header.hello = arena.make(ssrm__wire__hello__init) {
            $0.name = arena.text(hello.name)
            $0.processor = arena.text(hello.processor)
            $0.numerics = arena.text(hello.numerics)
            $0.threads = UInt32(hello.threads)
            $0.dataset_digest = arena.text(hello.datasetDigest)
        }
        return true
    }
}
