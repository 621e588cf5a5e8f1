import Foundation
import TestKit
import Testing

/// The page that a program serves, by what it said of it.
private struct ServedPage {
    let port: Int

    init(of program: ProgramRun) throws {
        try #require(program.waits(for: "status page at http://127.0.0.1:"), "\(program.errorsSoFar)")
        #expect(waitFor { Self.port(in: program) != nil })
        port = try #require(Self.port(in: program))
    }

    private static func port(in program: ProgramRun) -> Int? {
        let text = program.outputSoFar + program.errorsSoFar
        return text.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)\//).flatMap { Int($0.output.1) }
    }

    func get(_ path: String) throws -> HTTPExchange { try HTTPExchange(path, port: port) }

    func numbers() throws -> [String: Any] {
        let text = try get("/status.json").body
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// What Prometheus takes: values by names and labels, each line of which has to have its form.
    func metrics() throws -> [String: Double] {
        var (values, kinds) = ([String: Double](), Set<String>())
        for line in try get("/metrics").body.split(separator: "\n") {
            if let kind = line.wholeMatch(of: /# TYPE (ssrm_[a-z_]+) (gauge|counter)/) {
                #expect(kinds.insert(String(kind.output.1)).inserted)
                #expect((kind.output.2 == "counter") == kind.output.1.hasSuffix("_total"))
            } else if line.hasPrefix("#") {
                #expect(line.wholeMatch(of: /# HELP ssrm_[a-z_]+ \S.*/) != nil)
            } else {
                let form = /(ssrm_[a-z_]+)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})? (\S+)/
                let sample = try #require(line.wholeMatch(of: form), "\(line)")
                #expect(kinds.contains(String(sample.output.1)))
                values[String(sample.output.1) + String(sample.output.2 ?? "")] = Double(sample.output.3)
            }
        }
        return values
    }
}

/// Every number in an object, however deep, with 13 digits.
private func numbers(in value: Any) -> [String] {
    if let number = value as? NSNumber { return [digits(number.doubleValue)] }
    if let list = value as? [Any] { return list.flatMap(numbers) }
    if let object = value as? [String: Any] { return object.values.flatMap(numbers) }
    return []
}

private func digits(_ value: Double) -> String { String(format: "%.13g", value) }

/// The numbers that a page shows.
private func shown(_ html: String) -> [Double] {
    html.matches(of: /<data(?: value="([^"]*)")?>([^<]*)<\/data>/).compactMap { match in
        match.output.1.flatMap { Double($0) }
            ?? Double(match.output.2.replacing("−", with: "-").replacing(",", with: ""))
    }
}

/// A run that is over, and the program that serves its page, for all tests that only ask.
private struct FinishedRun {
    let folder: TemporaryFolder
    let program: ProgramRun
    let page: ServedPage

    init() throws {
        folder = try TemporaryFolder()
        let run = folder.path("run")
        let result = try ProgramRun(
            ["pretrain"] + Pretraining.jobFlags(run: run, steps: 60) + ["--workers", "1", "--report-every", "10"]
        ).result()
        try #require(result.status == 0, "\(result.errors)")
        program = try ProgramRun(["status", run, "--serve", "0"])
        page = try ServedPage(of: program)
    }

    func end() { program.signal(SIGTERM) }
}

/// The process that serves a run's page, once there is one.
private func servingChild(of run: ProgramRun) -> Int32? {
    let children = try? String(contentsOfFile: "/proc/\(run.pid)/task/\(run.pid)/children", encoding: .utf8)
    return children?.split(separator: " ").compactMap { Int32($0) }.first {
        (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8))?.contains("--serve") ?? false
    }
}

@Suite struct StatusPageTests {
    @Test func aPageFollowsARunAndItsNumbersAreThoseOfTheJSON() throws {
        let folder = try TemporaryFolder()
        let run = try EndlessRun.pretrain(run: folder.path("run"), "--workers", "1", "--status", "0")
        let page = try ServedPage(of: run.process)
        try run.waitsForProgress()
        // Those of one moment: the next snapshot may be made between two requests.
        var (html, json) = ("", [String: Any]())
        #expect(
            waitFor {
                guard let (found, numbers) = try? (page.get("/").body, page.numbers()) else { return false }
                (html, json) = (found, numbers)
                return html.contains("data-snapshot=\"\(numbers["snapshot"] ?? "")\"")
                    && (numbers["run"] as? [String: Any])?["step"] as? Int ?? 0 > 0
                    && (numbers["live"] as? [String: Any])?["received_bytes"] as? Int ?? 0 > 0
            })
        #expect(json["format"] as? String == "ssrm.status.1")
        let live = try #require(json["live"] as? [String: Any])
        let step = try #require(live["step"] as? Int)
        #expect(step > 0 && live["steps"] as? Int == 1_000_000 && live["state"] as? String == "running")
        #expect(live["workers"] as? Int == 1)
        #expect(live["sent_bytes"] as? Int ?? 0 > 0 && live["received_bytes"] as? Int ?? 0 > 0)
        let known = Set(numbers(in: json)).union((0...20).map { digits(Double($0)) })
        #expect(shown(html).count > 20)
        for number in shown(html) { #expect(known.contains(digits(number)), "\(number)") }
        let metrics = try page.metrics()
        #expect(metrics["ssrm_step"] ?? 0 >= Double(step) && metrics["ssrm_steps"] == 1_000_000)
        #expect(metrics["ssrm_workers"] == 1 && metrics["ssrm_state{state=\"running\"}"] == 1)
        #expect(metrics["ssrm_loss"] ?? 0 > 0 && metrics["ssrm_rows_per_second"] ?? 0 > 0)
        // It goes on in steps that no file tells of yet.
        #expect(waitFor { (try? page.metrics()["ssrm_step"] ?? 0) ?? 0 > Double(step) })
        _ = try run.stop()
        #expect(throws: HTTPExchange.Unreachable.self) { try page.get("/") }
    }

    /// A mark after a quote makes one character of both.
    @Test func aQuoteInALabelEndsItWhateverFollows() throws {
        let folder = try TemporaryFolder()
        let run = try EndlessRun.pretrain(run: folder.path("q\"\u{301}x"), "--workers", "1", "--status", "0")
        try run.waitsForProgress()
        let body = try ServedPage(of: run.process).get("/metrics").body
        #expect(Array(body.utf8).firstRange(of: Array(#"/q\""#.utf8)) != nil, "\(body)")
        _ = try run.stop()
    }

    @Test func whateverIsDoneToAPageTheRunGoesOn() throws {
        let folder = try TemporaryFolder()
        let run = try EndlessRun.pretrain(run: folder.path("run"), "--workers", "1", "--status", "0")
        let page = try ServedPage(of: run.process)
        try run.waitsForProgress()
        // Requests that never end, pages that nobody takes.
        let whole = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let begun = [
            "GET / HTTP/1.1\r\nHos", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\nx", whole,
        ]
        let peers = try (0..<300).map { i in
            let peer = try HTTPExchange.connection(to: page.port)
            _ = begun[i % 3].withCString { send(peer, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
            return peer
        }
        defer { for peer in peers { close(peer) } }
        #expect(try page.get("/status.json").status == 200)
        try run.waitsForProgress()
        // Another process takes the place of one that has ended.
        kill(try #require(servingChild(of: run.process)), SIGKILL)
        #expect(run.process.waits(for: "another is started"))
        #expect(waitFor { (try? page.get("/metrics").status) == 200 })
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func aPortThatIsInUseEndsARunBeforeItsFirstStep() throws {
        let folder = try TemporaryFolder()
        let program = try ProgramRun(
            ["coordinator", "--listen", "tcp://127.0.0.1:*", "--status", "0"]
                + Pretraining.jobFlags(run: folder.path("first"), steps: 10))
        defer { program.signal(SIGKILL) }
        let port = try ServedPage(of: program).port
        let second = try ProgramRun(
            ["pretrain", "--status", "\(port)"] + Pretraining.jobFlags(run: folder.path("second"), steps: 10)
        ).result()
        #expect(second.status == 1 && second.output.isEmpty)
        #expect(
            second.errors.hasSuffix(
                "ssrm: --status \(port): the port is in use; choose another one, or 0 for a free one\n"))
        #expect(second.errors.split(separator: "\n").count { $0.contains("port") } == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.path("second/events.jsonl")))
    }

    @Test func anAddressOfAnotherMachineIsRefusedByTheOptionThatNamesIt() throws {
        let finished = try FinishedRun()
        defer { finished.end() }
        let result = try ProgramRun.ssrm("status", finished.folder.path("run"), "--serve", "192.0.2.1:8080")
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors == "ssrm: --serve 192.0.2.1:8080: no network interface here has this address\n")
    }

    @Test func aPortThatIsFreeAMomentLaterIsTaken() throws {
        let finished = try FinishedRun()
        let folder = try TemporaryFolder()
        let run = try ProgramRun(
            ["pretrain", "--workers", "1", "--status", "\(finished.page.port)"]
                + Pretraining.jobFlags(run: folder.path("run"), steps: 1_000_000))
        defer {
            run.signal(SIGINT)
            run.result()
        }
        #expect(waitFor { servingChild(of: run) != nil })
        finished.end()
        #expect(try ServedPage(of: run).port == finished.page.port)
    }

    @Test(arguments: [
        ("a:80,b:80", "one address is wanted, like 127.0.0.1:5555,"),
        ("[fe80::7]:80", "add the interface that it is reached by, like %eth0: [fe80::7%eth0]:80 "),
        ("224.0.0.1:80", "224.0.0.1 is an address of many machines at once"),
    ])
    func anAddressThatNoPageIsServedAtIsRefusedWithWhatToDo(text: String, said: String) throws {
        let result = try ProgramRun.ssrm("status", "nowhere", "--serve=\(text)")
        #expect(result.status == 2 && result.errors.contains("--serve \(text): "), "\(result.errors)")
        #expect(result.errors.contains(said) && !result.errors.contains("tcp://"), "\(result.errors)")
    }

    @Test(arguments: ["abc", "99999", "127.0.0.1", ":80", "-1", ""])
    func whatNamesNoPlaceForAPageIsWrongUsage(text: String) throws {
        let result = try ProgramRun.ssrm("status", "nowhere", "--serve=\(text)")
        #expect(result.status == 2 && result.errors.contains("HOST:PORT") || result.errors.contains("--serve"))
        #expect(result.status == 2)
    }

    /// Its files have means, as nobody tells of single steps any more.
    @Test func theLossOfARunThatIsOverIsAMeanOfSteps() throws {
        let run = try FinishedRun()
        defer { run.end() }
        let html = try run.page.get("/").body
        #expect(html.contains("mean of steps 51 to 60") && !html.contains("of the last step"))
    }

    @Test func aRunWhoseJobCantBeReadAnyMoreIsNotSaidToWait() throws {
        let run = try FinishedRun()
        defer { run.end() }
        let job = run.folder.path("run/job.json")
        unlink(job)
        #expect(symlink("job.json", job) == 0)  // leads to itself
        #expect(
            waitFor {
                let live = try? run.page.numbers()["live"] as? [String: Any]
                let problems = live?["problems"] as? [[String: Any]]
                return live?["state"] as? String == "unknown"
                    && problems?.first?["text"] as? String == "\(job) can't be read: Too many levels of symbolic links"
            })
        #expect(try run.page.get("/").body.contains("Too many levels of symbolic links"))
    }

    @Test func aPageIsReadByItsOwnNameAlone() throws {
        let run = try FinishedRun()
        defer { run.end() }
        let port = run.page.port
        for host in ["localhost", "LOCALHOST:\(port)", "127.0.0.1:\(port)", "[::1]:\(port)", "192.0.2.7"] {
            #expect(try HTTPExchange("/", port: port, host: host).status == 200, "\(host)")
        }
        for host in ["evil.example", "localhost.evil.example:\(port)", "127.0.0.1.evil.example", ""] {
            let answer = try HTTPExchange("/status.json", port: port, host: host)
            #expect(answer.status == 421 && !answer.body.contains("steps"), "\(host)")
        }
        #expect(try HTTPExchange("/", port: port, host: nil).status == 421)
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = try HTTPExchange("/", port: port, method: method)
            #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD", "\(method)")
        }
        let fromElsewhere = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Origin: http://evil.example"]
        for path in ["/", "/events", "/status.json", "/metrics", "/page.js"] {
            let answer = try HTTPExchange(path, port: port, headers: fromElsewhere)
            #expect(answer.status == 403, "\(path)")
        }
        let link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]
        let answer = try HTTPExchange("/", port: port, headers: link)
        #expect(answer.status == 200)
        #expect(answer.headers["access-control-allow-origin"] == nil && answer.headers["x-frame-options"] == "DENY")
        #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") ?? false)
        for path in ["/job.json", "/../job.json", "/%2e%2e/job.json", "//etc/passwd", "/checkpoints"] {
            #expect(try run.page.get(path).status == 404, "\(path)")
        }
        let head = try HTTPExchange("/", port: port, method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty && head.headers["content-length"] != "0")
        let json = try run.page.numbers()
        #expect((json["live"] as? [String: Any])?["state"] as? String == "finished")
    }
}

@Test(.enabled(if: Browser.program != nil, "chromium is not installed: Scripts/setup --for-browser"))
func aPageInABrowserFollowsARunToItsEnd() throws {
    let folder = try TemporaryFolder()
    let run = try EndlessRun.pretrain(run: folder.path("run"), "--workers", "1", "--status", "0")
    let page = try ServedPage(of: run.process)
    try run.waitsForProgress()
    let browser = try Browser(in: folder)
    try browser.visit("http://127.0.0.1:\(page.port)/")
    _ = try browser.document(with: "Follows the run.")
    try run.waitsForProgress()
    let outcome = try run.stop()
    let html = try browser.document(with: "The run has ended, and with it the server of this page")
    let result = try browser.end()
    #expect(result.status == 0)
    #expect(!result.errors.contains("CONSOLE"), "\(result.errors)")
    #expect(html.contains("It was stopped before its end"))
    #expect(shown(html).first == Double(outcome.step))
    let updates = try #require(html.firstMatch(of: /data-updates="(\d+)"/)).output.1
    #expect(Int(updates) ?? 0 >= 2)
}
