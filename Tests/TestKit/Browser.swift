import Foundation

/// Debian's browser without a window, told what to do and asked what a page has become through its debugging pipe.
///
/// For the thread that made it.
public final class Browser {
    /// The program; nil where there is none: `Scripts/setup --for-browser` installs it.
    public static let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// What every start of it needs in a test: nothing of a user's, no network but what a page asks for.
    ///
    /// - Parameter folder: where its profile lies.
    /// - Returns: options.
    public static func options(in folder: TemporaryFolder) -> [String] {
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
            "--no-proxy-server", "--user-data-dir=\(folder.path("profile"))", "--enable-logging=stderr", "--v=0",
        ]
    }

    /// Why it can't go on.
    public struct Failure: Error, CustomStringConvertible {
        /// In words.
        public let description: String
    }

    private let run: ProgramRun
    private let (commands, answers): (Int32, Int32)
    private var received: [UInt8] = []
    private var lastCommand = 0
    private var session: String?

    /// Starts it with an empty page.
    ///
    /// - Parameter folder: where its profile and its pipes lie.
    /// - Throws: `Failure`, or where it can't be started.
    public init(in folder: TemporaryFolder) throws {
        let paths = ["commands", "answers"].map { folder.path("browser-\($0)") }
        for path in paths where mkfifo(path, 0o600) != 0 { throw Failure(description: "no pipe at \(path)") }
        // Both ends, so that opening waits for nobody.
        (commands, answers) = (open(paths[0], O_RDWR | O_CLOEXEC), open(paths[1], O_RDWR | O_CLOEXEC))
        let words = ["exec \"$0\" \"$@\" 3<\"$COMMANDS\" 4>\"$ANSWERS\"", Self.program ?? "chromium"]
        run = try ProgramRun(
            ["-c"] + words + Self.options(in: folder) + ["--remote-debugging-pipe", "about:blank"],
            program: "/bin/bash", environment: ["COMMANDS": paths[0], "ANSWERS": paths[1]], in: folder.url.path)
        let page = try tell("Target.createTarget", ["url": "about:blank"])["targetId"] ?? ""
        session = try tell("Target.attachToTarget", ["targetId": page, "flatten": true])["sessionId"] as? String
    }

    deinit {
        run.signal(SIGKILL)
        close(commands)
        close(answers)
    }

    /// Goes to a page, which may still be on its way afterwards.
    public func visit(_ address: String) throws { _ = try tell("Page.navigate", ["url": address]) }

    /// The page's document as soon as it has a text, however often it changes until then.
    ///
    /// - Parameter text: what is waited for.
    /// - Returns: its HTML.
    /// - Throws: `Failure` where it does not come in ten minutes: a page is served at the lowest priority.
    public func document(with text: String) throws -> String {
        let wanted = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        let script = """
            new Promise((resolve) => {
              const look = () => {
                if (!document.body || !document.body.textContent.includes(\(wanted))) return;
                resolve(document.documentElement.outerHTML);
              };
              new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true});
              look();
            })
            """
        let found = try tell(
            "Runtime.evaluate", ["expression": script, "awaitPromise": true, "returnByValue": true])
        guard let html = (found["result"] as? [String: Any])?["value"] as? String else {
            throw Failure(description: "no document: \(found)")
        }
        return html
    }

    /// Ends it.
    ///
    /// - Returns: what it left; on standard error is what pages said.
    public func end() throws -> ProgramResult {
        session = nil
        _ = try tell("Browser.close", [:])
        return run.result(seconds: 60)
    }

    /// A command's result.
    private func tell(_ method: String, _ parameters: [String: Any]) throws -> [String: Any] {
        lastCommand += 1
        var command: [String: Any] = ["id": lastCommand, "method": method, "params": parameters]
        command["sessionId"] = session
        let bytes = try JSONSerialization.data(withJSONObject: command) + [0]
        guard bytes.withUnsafeBytes({ write(commands, $0.baseAddress, $0.count) }) == bytes.count else {
            throw Failure(description: "\(method) could not be said")
        }
        let deadline = Date(timeIntervalSinceNow: 600)
        while true {
            // Events come in between.
            let answer = try JSONSerialization.jsonObject(with: message(before: deadline)) as? [String: Any] ?? [:]
            guard answer["id"] as? Int == lastCommand else { continue }
            if let fault = answer["error"] { throw Failure(description: "\(method): \(fault)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    /// The next message, which ends with a zero.
    private func message(before deadline: Date) throws -> Data {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = received.firstIndex(of: 0) {
                defer { received.removeSubrange(...end) }
                return Data(received[..<end])
            }
            var poll = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
            let left = deadline.timeIntervalSinceNow
            guard left > 0, !run.hasEnded else {
                throw Failure(description: "the browser said no more: \(run.errorsSoFar.suffix(500))")
            }
            guard Foundation.poll(&poll, 1, Int32(min(left, 1) * 1000) + 1) > 0 else { continue }
            let count = read(answers, &piece, piece.count)
            if count > 0 { received += piece.prefix(count) }
        }
    }
}
