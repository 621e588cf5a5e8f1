import ArgumentParser
import Foundation
import Messaging
import Service

/// `ssrm keys`: who may take part in a job over a network.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes keys, and says whose may come.",
        discussion: """
            A coordinator, a relay and a worker that are given --keys FOLDER encrypt what they say to each other (CURVE, by ZeroMQ). A \
            coordinator takes in only those whose public keys it lists, a worker speaks only to the coordinator whose public key it has. \
            A folder has one key pair: `secret`, which stays where it was made and has mode 0600, and `public`, which may be shown to \
            anybody. Beside them a coordinator has `authorized`, the list of those who may come, and a worker `coordinator`, whom it \
            trusts.

            Example, on the coordinator's machine for a worker on another one called mill:
              ssrm keys new keys --label head
              ssrm keys issue keys --label mill --out mill-keys
              scp -rp mill-keys mill:keys && rm -r mill-keys
              ssrm coordinator --data maps.safetensors --run runs/a \\
                --keys keys --listen tcp://10.0.0.1:5555 --steps 2000
              ssh mill ssrm worker --connect tcp://10.0.0.1:5555 --keys keys

            So that no secret key travels, make it there: `ssrm keys new keys --label mill` on mill, its file keys/public to \
            `ssrm keys authorize` here, and the file keys/public from here to `ssrm keys trust` on mill. A running coordinator reads its \
            list again when it changes; whose key is revoked is cut off, and its work goes to others.
            """,
        subcommands: [New.self, Issue.self, Authorize.self, Trust.self, Revoke.self, List.self])

    /// The folder that a subcommand is about.
    struct FolderArgument: ParsableArguments {
        @Argument(help: "The folder of keys.", completion: .directory)
        var folder: String

        var keys: KeyFolder { KeyFolder(folder) }
    }

    /// How the public half of a new pair is printed.
    struct PublicKeyOutput: ParsableArguments {
        @Flag(help: "Print the public key as one JSON object.")
        var json = false

        private struct Summary: Encodable { let folder, label, key: String }

        func print(_ keys: KeyFolder) throws {
            let (key, label) = try keys.publicKey()
            if json { return try printJSON(Summary(folder: keys.path, label: label, key: key.text)) }
            Swift.print("\(PublicKey.prefix) \(key.text) \(label)")
        }
    }

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Makes a key pair and prints its public half.",
            discussion: "Example: ssrm keys new keys --label mill")

        @OptionGroup var folder: FolderArgument

        @Option(help: "What people know the key by; the machine's name unless said.")
        var label: String?

        @OptionGroup var output: PublicKeyOutput

        func run() throws {
            try folder.keys.make(label: label ?? Self.machineName)
            try output.print(folder.keys)
        }

        private static var machineName: String {
            String(
                ProcessInfo.processInfo.hostName.prefix(64).map {
                    $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-"
                })
        }
    }

    struct Issue: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "issue",
            abstract: "Makes a folder of keys for a worker, and lets it come.",
            discussion: """
                The folder has a new key pair and this one's public key, and is all that the worker needs; hand it to nobody else. One \
                that was left half made, without its file `coordinator`, is made whole.

                Example: ssrm keys issue keys --label mill --out mill-keys
                """)

        @OptionGroup var folder: FolderArgument

        @Option(help: "What people know the worker's key by.")
        var label: String

        @Option(help: "The folder to make.", completion: .directory)
        var out: String

        @OptionGroup var output: PublicKeyOutput

        func run() throws {
            try folder.keys.requireOnePair()
            let (key, ownLabel) = try folder.keys.publicKey()
            let worker = KeyFolder(out)
            if try !worker.isBegun(label: label) {
                try folder.keys.requireFree(label: label)
                try worker.make(label: label)
            }
            try folder.keys.authorize(try worker.publicKey().key, label: label)
            // Last: where a worker's folder has it, all the rest is done.
            try worker.trust(key, label: ownLabel)
            try output.print(worker)
        }
    }

    struct Authorize: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "authorize", abstract: "Lets a worker's key come.",
            discussion: "Example: ssrm keys authorize keys mill/public")

        @OptionGroup var folder: FolderArgument

        @Argument(help: "The worker's file `public`.", completion: .file())
        var file: String

        @Option(help: "What people know the key by here; as the file has it unless said.")
        var label: String?

        func run() throws {
            let (key, ownLabel) = try KeyFolder.publicKey(in: file)
            try folder.keys.authorize(key, label: label ?? ownLabel)
            print(
                "\(folder.keys.authorizedFile): '\(label ?? ownLabel)' may come (its key begins with \(key.beginning))")
        }
    }

    struct Trust: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "trust", abstract: "Says whose coordinator a worker speaks to.",
            discussion: "Example: ssrm keys trust keys head/public")

        @OptionGroup var folder: FolderArgument

        @Argument(help: "The coordinator's file `public`.", completion: .file())
        var file: String

        func run() throws {
            let (key, label) = try KeyFolder.publicKey(in: file)
            try folder.keys.trust(key, label: label)
            print("\(folder.keys.coordinatorFile): '\(label)' is trusted (its key begins with \(key.beginning))")
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Lets a worker's key come no more.",
            discussion: "A running coordinator cuts its workers off.\n\nExample: ssrm keys revoke keys mill")

        @OptionGroup var folder: FolderArgument

        @Argument(help: "The key's label.")
        var label: String

        func run() throws { try folder.keys.revoke(label: label) }
    }

    struct List: ParsableCommand {
        private struct Entry: Encodable { let label, key: String }

        private struct Content: Encodable {
            let own: Entry?
            let authorized: [Entry]
        }

        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists whose keys may come.", discussion: "Example: ssrm keys list keys")

        @OptionGroup var folder: FolderArgument

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() throws {
            let (key, label) = try folder.keys.publicKey()
            let entries = try folder.keys.authorized().labels.map { Entry(label: $0.value, key: $0.key.text) }
                .sorted { $0.label < $1.label }
            if json { return try printJSON(Content(own: Entry(label: label, key: key.text), authorized: entries)) }
            for entry in entries { print("\(entry.key)  \(entry.label)") }
        }
    }
}
