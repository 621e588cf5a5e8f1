import Coordination
package import Wire

/// The name of a worker that came with a key: the key's label, a stroke, and what it says of itself.
///
/// So nobody bears another key's name, whatever it says; and whose sums were wrong is kept out by its key.
package enum KeyedName {
    /// A worker's own word for itself is the name of another key's worker.
    package struct Fault: Error, CustomStringConvertible {
        let name, label: String

        package var description: String {
            "the name '\(name)', which is of another key's worker: those of this key begin with '\(label)/'"
        }
    }
    private static let stroke = UInt8(ascii: "/")

    /// A hello under the name that its sender's key gives it.
    ///
    /// - Parameters:
    ///   - hello: what it said.
    ///   - label: its key's.
    /// - Returns: the hello, under that name.
    /// - Throws: why it does not get one.
    package static func of(_ hello: Hello, label: String) throws(Fault) -> Hello {
        // By bytes: a mark that begins a name makes one character of itself and the stroke before it.
        let own = label + "/"
        let isOwn = hello.name.utf8.starts(with: own.utf8)
        if hello.name.utf8.contains(stroke), !isOwn {
            throw Fault(name: String(hello.name.prefix(80)).printable, label: label)
        }
        var named = hello
        if !isOwn { named.name = own + hello.name }
        return named
    }

    /// What a worker is taken to have said whose key was taken off the list.
    static func farewell(ofKey label: String) -> Message {
        .farewell(.failed, text: "its key '\(label)' was taken off the list")
    }
}
