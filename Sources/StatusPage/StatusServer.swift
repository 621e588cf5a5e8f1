import FlyingFox
import FlyingSocks
import Foundation
import Reports
import Service

/// The server of a run's page: read-only, for whoever asks it by its own name.
struct StatusServer: Sendable {
    private static let policy = """
        default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """
    private let feed: StatusFeed
    private let server: HTTPServer
    private let names: Set<String>

    /// A server that is not started.
    ///
    /// - Throws: where the address is none that can be listened at.
    init(_ address: StatusAddress, feed: StatusFeed) throws {
        self.feed = feed
        names = Self.names(of: address)
        let handler = Handler(feed: feed, names: names)
        func configuration(_ address: some SocketAddress) -> HTTPServer.Configuration {
            // A longer body than this is never read. A first answer may wait until a long run was read.
            .init(
                address: address, timeout: 3600, sharedRequestBufferSize: 4096, sharedRequestReplaySize: 0,
                pool: PatientPool(),
                logger: .disabled)
        }
        server = HTTPServer(
            config: address.isIPv6
                ? configuration(try sockaddr_in6.inet6(ip6: address.host, port: address.port))
                : configuration(try sockaddr_in.inet(ip4: address.host, port: address.port)),
            handler: handler)
    }

    /// Serves from now on, on threads of its own.
    ///
    /// - Parameter onEnd: is told why where it ends; it never does unless something is wrong.
    /// - Returns: the port.
    /// - Throws: `StatusPageError` where it can't listen there.
    func start(onEnd: @escaping @Sendable (String) -> Void) async throws -> Int {
        let listening = Task { [server] in try await server.waitUntilListening() }
        let run = Task { [server] () -> any Error in
            // Who waits is not told that nothing will ever listen.
            defer { listening.cancel() }
            do { try await server.run() } catch { return error }
            return StatusPageError("it ended")
        }
        do { try await listening.value } catch {
            run.cancel()
            let error = await run.value
            throw StatusPageError(Self.words(error), isPortTaken: Self.code(error) == EADDRINUSE)
        }
        Task { onEnd(Self.words(await run.value)) }
        switch await server.listeningAddress {
        case .ip4(_, let port), .ip6(_, let port): return Int(port)
        default: throw StatusPageError("nobody knows the port that is listened at")
        }
    }

    private static func code(_ error: any Error) -> Int32? {
        if case .failed(_, let code, _)? = error as? SocketError { code } else { nil }
    }

    private static func words(_ error: any Error) -> String {
        guard case .failed(_, let code, let message)? = error as? SocketError else { return "\(error)" }
        switch code {
        case EADDRINUSE: return "the port is in use; choose another one, or 0 for a free one"
        case EACCES: return "this port needs rights that you do not have; choose one above 1023"
        case EADDRNOTAVAIL: return "no network interface here has this address"
        default: return message
        }
    }

    /// What this machine is called by who looks at the page, beside addresses as numbers.
    private static func names(of address: StatusAddress) -> Set<String> {
        var names: Set = ["localhost", ProcessInfo.processInfo.hostName.lowercased()]
        if let name = address.name { names.insert(name.lowercased()) }
        guard !address.isLoopback else { return names }
        var (hints, found) = (addrinfo(), UnsafeMutablePointer<addrinfo>?.none)
        hints.ai_flags = AI_CANONNAME
        if getaddrinfo(ProcessInfo.processInfo.hostName, nil, &hints, &found) == 0, let first = found {
            if let name = first.pointee.ai_canonname { names.insert(String(cString: name).lowercased()) }
            freeaddrinfo(first)
        }
        return names
    }

    /// Answers requests.
    struct Handler: HTTPHandler {
        let feed: StatusFeed
        let names: Set<String>

        func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
            guard request.method == .GET || request.method == .HEAD else {
                return refusal(
                    .methodNotAllowed, "this page can only be read: GET or HEAD", [HTTPHeader("Allow"): "GET, HEAD"])
            }
            guard let host = request.headers[.host], isOwn(host) else {
                return refusal(
                    HTTPStatusCode(421, phrase: "Misdirected Request"),
                    "this page is served by the names and addresses of its own machine alone")
            }
            let (site, mode) = (
                request.headers[HTTPHeader("Sec-Fetch-Site")], request.headers[HTTPHeader("Sec-Fetch-Mode")]
            )
            if let site, site != "same-origin", site != "none", mode != "navigate" {
                return refusal(.forbidden, "no other page may ask for this")
            }
            let isHead = request.method == .HEAD
            switch request.path {
            case "/": return await answer(feed.current().html, "text/html; charset=utf-8", isHead: isHead)
            case "/status.json": return await answer(feed.current().json, "application/json", isHead: isHead)
            case "/metrics":
                return await answer(feed.current().metrics, "text/plain; version=0.0.4; charset=utf-8", isHead: isHead)
            case "/page.js": return answer(Data(LivePages.script), "text/javascript; charset=utf-8", isHead: isHead)
            case "/events" where !isHead: return events(request)
            default: return refusal(.notFound, "there are /, /status.json and /metrics here")
            }
        }

        /// Whether a request names this machine: a name that somebody else has point here is none of its own.
        private func isOwn(_ host: String) -> Bool {
            var name = host.lowercased()
            if name.hasPrefix("["), let end = name.firstIndex(of: "]") {
                name = String(name[name.index(after: name.startIndex)..<end])
            } else if let colon = name.lastIndex(of: ":") {
                name = String(name[..<colon])
            }
            if name.hasSuffix(".") { name.removeLast() }
            var (four, six) = (in_addr(), in6_addr())
            return names.contains(name) || inet_pton(AF_INET, name, &four) == 1 || inet_pton(AF_INET6, name, &six) == 1
        }

        private func events(_ request: HTTPRequest) -> HTTPResponse {
            guard let listener = feed.listener() else {
                return refusal(
                    .serviceUnavailable, "too many look at this page; try again later",
                    [HTTPHeader("Retry-After"): "10"])
            }
            let last = request.headers[HTTPHeader("Last-Event-ID")] ?? request.query.first { $0.name == "since" }?.value
            let parts = (last ?? "").split(separator: ".")
            let since = parts.count == 2 && parts[0] == feed.session ? Int(parts[1]) ?? -1 : -1
            return HTTPResponse(
                statusCode: .ok, headers: headers("text/event-stream"),
                body: HTTPBodySequence(from: EventBody(feed: feed, listener: listener, since: since)))
        }

        private func answer(_ content: Data, _ type: String, isHead: Bool) -> HTTPResponse {
            var headers = headers(type)
            headers[.contentLength] = String(content.count)
            let body = LastBody(content: isHead ? Data() : content)
            return HTTPResponse(
                statusCode: .ok, headers: headers, body: HTTPBodySequence(from: body, count: content.count))
        }

        private func refusal(
            _ status: HTTPStatusCode, _ line: String, _ more: [HTTPHeader: String] = [:]
        ) -> HTTPResponse {
            let content = Data((line + "\n").utf8)
            var headers = headers("text/plain; charset=utf-8")
            for (header, value) in more { headers[header] = value }
            return HTTPResponse(
                statusCode: status, headers: headers,
                body: HTTPBodySequence(from: LastBody(content: content), count: content.count))
        }

        private func headers(_ type: String) -> HTTPHeaders {
            [
                .contentType: type, HTTPHeader("Cache-Control"): "no-store", .connection: "close",
                HTTPHeader("Content-Security-Policy"): StatusServer.policy,
                HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin", HTTPHeader("Referrer-Policy"): "no-referrer",
                HTTPHeader("X-Content-Type-Options"): "nosniff", HTTPHeader("X-Frame-Options"): "DENY",
            ]
        }
    }
}
