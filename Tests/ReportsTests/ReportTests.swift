import Foundation
import Recognition
import Reports
import SleepRecognition
import Testing

/// Every number in an object, however deep.
private func numbers(in value: Any) -> [Double] {
    if let number = value as? NSNumber { return [number.doubleValue] }
    if let list = value as? [Any] { return list.flatMap(numbers) }
    if let object = value as? [String: Any] { return object.values.flatMap(numbers) }
    return []
}

/// The numbers that a page shows: what stands there, and what it stands for.
private func shown(_ html: String) throws -> [(text: String, value: Double)] {
    let element = /<data(?: value="([^"]*)")?>([^<]*)<\/data>/
    return try html.matches(of: element).map { match in
        let plain = match.output.2.replacing("−", with: "-").replacing(",", with: "")
        let value = match.output.1.map { String($0) } ?? String(plain)
        return (String(plain), try #require(Double(value)))
    }
}

private func isRounded(_ text: String, _ value: Double) -> Bool {
    // What is too small to be shown is below what is shown.
    if let bound = text.wholeMatch(of: /&lt;\u{A0}([\d.]+)/)?.output.1 {
        return value > 0 && 100 * value < (Double(bound) ?? 0)
    }
    guard let number = Double(text) else { return false }
    let decimals = text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
    let half = 0.5000001 * pow(10, -Double(decimals))
    return abs(number - value) <= half || abs(number - 100 * value) <= half
}

@Test func everyNumberOnAPageIsTheReportsOwnRounded() throws {
    let report = try MadeUp.report()
    let json = try JSONEncoder().encode(report)
    // Foundation's reader of JSON may be off in a number's last digit.
    func digits(_ value: Double) -> String { String(format: "%.13g", value) }
    let found = Set(numbers(in: try JSONSerialization.jsonObject(with: json)).map(digits))
    // How many there are of something that is there.
    let counts = Set((0...40).map(Double.init))
    let all = try shown(report.html)
    #expect(all.count > 800)
    for (text, value) in all {
        #expect(isRounded(text, value), "\(text) for \(value)")
        #expect(
            found.contains(digits(value)) || counts.contains(value), "\(text) is \(value), which the JSON does not have"
        )
    }
}

@Test func aPageLoadsNothing() throws {
    let html = try MadeUp.report().html
    #expect(html.contains("default-src 'none'"))
    for loading in ["<script", "<link", "<iframe", "src=\"http", "url(", "@import", "href=\"http", "<object", "<embed"]
    {
        #expect(!html.contains(loading), "\(loading)")
    }
    for match in html.matches(of: /href="([^"]*)"/) { #expect(match.output.1.hasPrefix("#")) }
}

/// Names that would do something on a page that does not look.
private let hostileNames = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; --", "a & b &lt;", "\u{202E}gnirts\u{200F}",
    String(repeating: "ö", count: 200), "{{title}} {{{title}}}", "]]></svg><svg/onload=alert(1)>",
]

@Test(arguments: hostileNames)
func aNameIsShownAsTextWhateverIsInIt(name: String) throws {
    let inJSON = String(decoding: try JSONEncoder().encode([name]).dropFirst().dropLast(), as: UTF8.self)
    var report = Report(title: name, version: "0")
    // The first person of the fixture is called P1 in subjects and folds.
    let figures = try MadeUp.evaluation(replacing: [("\"P1\"", inJSON), ("\"without subject P1\"", inJSON)])
    #expect(figures.subjects.contains { $0.subject == name })
    report.evaluation = try EvaluationPart(figures)
    report.nights = try NightsPart(
        MadeUp.nights(4, epochs: 60, name: name), classes: MadeUp.stages, acquaintance: .unknown)
    let workerName = name.replacing("\"", with: "").replacing("\\", with: "")
    report.run = try MadeUp.runPart(lines: 10, workers: 3, name: workerName)
    report.postures = try MadeUp.postures(30, name: name)
    let html = report.html
    let expected =
        name.hasPrefix("\u{202E}")
        ? "⟨U+202E⟩gnirts⟨U+200F⟩"
        : name.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    #expect(html.contains("<bdi>\(expected)</bdi>"))
    #expect(html.contains("<h1><bdi>\(expected)</bdi></h1>"))
    for markup in ["<script>", "<img src=x", "<svg/", "\u{202E}", "\u{200F}"] { #expect(!html.contains(markup)) }
    // Elements that are opened are closed: nothing broke out of where it stands.
    for element in ["section", "figure", "table", "svg", "details", "p", "h1"] {
        let opened = html.matches(of: try Regex("<\(element)[ >]")).count
        #expect(opened == html.matches(of: try Regex("</\(element)>")).count, "\(element)")
    }
}

@Test func aPageOfAThousandNightsAndAMillionStepsIsSmall() throws {
    var report = Report(title: "large", version: "0")
    report.nights = try NightsPart(MadeUp.nights(1000), classes: MadeUp.stages, acquaintance: .heldOut)
    report.run = try MadeUp.runPart(lines: 20_000, workers: 500, stepsPerLine: 50)
    #expect(report.run?.step == 1_000_000)
    let html = report.html
    #expect(html.utf8.count < 5_000_000, "\(html.utf8.count) bytes")
    #expect(html.utf8.count > 500_000)
}

@Test func aRunWithoutMetricsIsSaidToHaveNone() throws {
    let files = MadeUp.run(lines: 0, workers: 2, isFinished: false)
    var report = Report(title: "young", version: "0")
    report.run = try RunPart(name: "runs/young", job: files.job, metrics: nil, events: files.events)
    #expect(report.html.contains("No figures of steps are there yet"))
    #expect(throws: ReportError.self) { try RunPart(name: "x", job: nil, metrics: nil, events: nil) }
}

@Test func aRunThatGoesOnIsSaidTo() throws {
    var report = Report(title: "going on", version: "0")
    report.run = try MadeUp.runPart(lines: 20, workers: 2, isFinished: false)
    #expect(report.run?.state == .unfinished)
    #expect(report.html.contains("it still goes on, or it was ended without being asked"))
    #expect(report.run?.ended == nil && report.run?.lastEvent != nil && report.run?.began != nil)
    #expect(report.html.contains("It began at ") && !report.html.contains(" From "))
    #expect(try MadeUp.runPart(lines: 20, workers: 2).ended != nil)
}

@Test func whereARunEndedIsToldByItsLastWord() throws {
    let files = MadeUp.run(lines: 20, workers: 2, isFinished: false)
    let stopped = #"{"event":"stopped","seconds":9,"time":"2026-01-02T03:04:05.678Z","text":"x","step":23,"steps":40}"#
    let part = try RunPart(
        name: "r", job: files.job, metrics: files.metrics, events: files.events + Data((stopped + "\n").utf8))
    #expect(part.state == .stopped && part.step == 23 && part.lines.last?.step == 20)
    var report = Report(title: "stopped", version: "0")
    report.run = part
    #expect(report.html.contains("It was stopped after step"))
}

/// Times and losses of a file that was altered.
@Test(arguments: [
    [
        #"{"step":1,"seconds":1,"workers":1,"loss":1,"time":[{"worker":"a:1","compute_ms":1e308,"exchange_ms":1e308,"wait_ms":0}]}"#
    ],
    [#"{"step":1,"seconds":1,"workers":1,"loss":0}"#, #"{"step":2,"seconds":2,"workers":1,"loss":5e-324}"#],
])
func whatNoDrawingCanHoldIsNoTrap(lines: [String]) throws {
    let files = MadeUp.run(lines: 3, workers: 1)
    let part = try RunPart(
        name: "r", job: files.job, metrics: Data(lines.joined(separator: "\n").utf8), events: files.events)
    var report = Report(title: "absurd", version: "0")
    report.run = part
    #expect(report.html.contains("<svg") && part.machines.isEmpty)
}

@Test func tornLinesOfARunAreCountedAndTheRestIsDrawn() throws {
    let files = MadeUp.run(lines: 30, workers: 2)
    let part = try RunPart(
        name: "r", job: files.job, metrics: files.metrics + Data("{\"step\":31,\"lo".utf8),
        events: Data("nonsense\n".utf8) + files.events)
    #expect(part.unreadableLines == 2 && part.step == 30)
    #expect(part.machines.count == 2)
    #expect(abs(part.machines.reduce(0) { $0 + $1.computingShare } - 1) < 1e-9)
}

@Test func aJobThatCanNotBeReadIsRefusedByItsName() throws {
    let files = MadeUp.run(lines: 3, workers: 1)
    for job in ["{", "", "[]", #"{"job": {"seed": -1}}"#] {
        #expect {
            try RunPart(name: "runs/a", job: Data(job.utf8), metrics: files.metrics, events: files.events)
        } throws: {
            "\($0)".hasPrefix("runs/a/job.json: it can't be read")
        }
    }
}

@Test(arguments: [Int.min, -1, 1 << 53, Int.max]) func eventsOfStepsThatNoRunHasAreNotDrawn(step: Int) throws {
    let files = MadeUp.run(lines: 3, workers: 1)
    let wrong = ["started", "checkpoint_written", "overdue"].map {
        #"{"event":"\#($0)","seconds":1,"time":"2026-01-02T03:04:05.678Z","text":"x","step":\#(step),"steps":3}"# + "\n"
    }
    var report = Report(title: "far", version: "0")
    report.run = try RunPart(
        name: "far", job: files.job, metrics: files.metrics, events: Data(wrong.joined().utf8) + files.events)
    #expect(report.run?.unreadableLines == 3)
    #expect(report.html.contains("</html>"))
}

@Test func problemsOfARunHaveARowOfTheirOwn() throws {
    let files = MadeUp.run(lines: 3, workers: 1)
    func page(_ event: String) throws -> String {
        let line = #"{"event":"\#(event)","seconds":1,"time":"2026-01-02T03:04:05.678Z","text":"keys: gone"}"# + "\n"
        var report = Report(title: "trouble", version: "0")
        report.run = try RunPart(
            name: "r", job: files.job, metrics: files.metrics, events: files.events + Data(line.utf8))
        return report.html
    }
    #expect(try page("keys_unreadable").contains("keys: gone"))
    #expect(try !page("keys_changed").contains("keys: gone"))
}

@Test func stepsThatWereDoneAgainCountOnce() throws {
    let lines = [1, 2, 3, 2, 3, 4].map { step in
        "{\"loss\":\(step),\"seconds\":\(step),\"step\":\(step),\"workers\":1}\n"
    }
    let part = try RunPart(name: "r", job: nil, metrics: Data(lines.joined().utf8), events: nil)
    #expect(part.step == 4 && part.lines.map(\.step) == [1, 2, 3, 4])
}

@Test func numbersBeyondAllReasonAreDrawnAtTheEnds() throws {
    let lines = [
        "{\"loss\":1e308,\"seconds\":1,\"step\":1,\"workers\":1}",
        "{\"loss\":-1e308,\"seconds\":2,\"step\":2,\"workers\":9}",
        "{\"loss\":\"nan\",\"seconds\":3,\"step\":3,\"workers\":9000000000000000000}",
        "{\"loss\":1,\"seconds\":3,\"step\":-9223372036854775808,\"workers\":1}",
        "{\"loss\":1,\"seconds\":3,\"step\":9223372036854775807,\"workers\":1}",
    ]
    var report = Report(title: "far", version: "0")
    report.run = try RunPart(name: "far", job: nil, metrics: Data(lines.joined(separator: "\n").utf8), events: nil)
    #expect(report.run?.unreadableLines == 2)
    #expect(report.html.contains("</html>"))
}

/// Then the epochs of the settings were not used.
@Test func stepsOfATrainingAreShownWhereTheySayHowLong() throws {
    func page(steps: Int) throws -> String {
        var object = try #require(
            try JSONSerialization.jsonObject(with: MadeUp.fixture("evaluation")) as? [String: Any])
        var settings = try #require(object["settings"] as? [String: Any])
        var recogniser = try #require(settings["recogniser"] as? [String: Any])
        recogniser["steps"] = steps
        settings["recogniser"] = recogniser
        object["settings"] = settings
        let figures = try JSONDecoder().decode(
            EvaluationFigures.self, from: try JSONSerialization.data(withJSONObject: object))
        var report = Report(title: "steps", version: "0")
        report.evaluation = try EvaluationPart(figures)
        return report.html
    }
    let (epochs, steps) = (try page(steps: 0), try page(steps: 700))
    // Only as a row's name: a change of epochs is told by the same words.
    #expect(epochs.contains(">training epochs<") && !epochs.contains(">training steps<"))
    #expect(steps.contains(">training steps<") && !steps.contains(">training epochs<"))
}

@Test func whatLiesBetweenGroupsByChanceStandsBeside() throws {
    let part = try #require(try MadeUp.report().features)
    #expect(part.samples == 90 && part.classes.count == 3 && part.people.count == 4)
    #expect(part.betweenClassesByChance == 2.0 / 89 && part.betweenPeopleByChance == 3.0 / 89)
    var report = Report(title: "features", version: "0")
    report.features = part
    #expect(report.html.contains("by chance"))
}

@Test func figuresOfAnEarlierVersionLackCalibrationAndSaySo() throws {
    let text = String(decoding: try MadeUp.fixture("evaluation"), as: UTF8.self)
    var object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    for key in ["format", "kind", "vocabulary", "recordings", "calibration"] { object[key] = nil }
    let old = try JSONDecoder().decode(
        EvaluationFigures.self, from: try JSONSerialization.data(withJSONObject: object))
    var report = Report(title: "old", version: "0")
    report.evaluation = try EvaluationPart(old)
    #expect(report.html.contains("did not look at the probabilities"))
}

@Test func nightsAreComparedWhereBothAreKnown() throws {
    let night = RecordedNight(
        subject: "a", recording: "a", positions: [3, 4, 5, 6, 9], scored: [nil, 0, 2, 2, 4],
        recognised: [0, 0, 2, 1, 4],
        probabilities: [[Float]](repeating: [0.2, 0.2, 0.2, 0.2, 0.2], count: 5))
    let part = try NightsPart([night], classes: MadeUp.stages, acquaintance: .unknown)
    let own = try #require(part.nights.first)
    #expect(own.comparedEpochs == 4 && own.agreement == 0.75)
    // From the first to the last sleep epoch compared, the gap included.
    #expect(own.scored?.timeInBed == 3 && own.recognised.timeInBed == 3)
    #expect(own.scored?.totalSleepTime == 1.5 && own.scored?.remLatency == 2)
    #expect(own.epochsWithoutStage == 2)
    var report = Report(title: "holes", version: "0")
    report.nights = part
    #expect(report.html.contains("% of the time in bed: they count as time in bed, and as neither"))
    #expect(report.html.contains("1.0 min of its time in bed have no stage; "))
}

/// Readers divide a recording at gaps; sleep statistics are of the night.
@Test func stretchesOfARecordingAreOneNight() throws {
    func stretch(_ name: String, from first: Int, _ scored: [Int]) -> RecordedNight {
        RecordedNight(
            subject: "a", recording: name, positions: scored.indices.map { first + $0 }, scored: scored.map(\.self),
            recognised: scored, probabilities: scored.map { _ in [Float](repeating: 0.2, count: 5) },
            signals: [.init(name: "hr", unit: "1/min", values: scored.map { Float($0) })],
            clock: 23 + Double(first) / 120)
    }
    let part = try NightsPart(
        [
            // What begins at 12 has no answer before 14.
            stretch("b+12", from: 14, [2, 4, 2]), stretch("b", from: 2, [0, 0, 2]), stretch("c+3", from: 0, [0, 2]),
            stretch("d", from: 0, [0, 2]), stretch("d+1", from: 1, [0, 2]),
        ], classes: MadeUp.stages, acquaintance: .unknown)
    #expect(part.nights.map(\.recording) == ["b", "c+3", "d", "d+1"] && part.stretches == 5)
    let own = part.nights[0]
    // The gap is time in bed.
    #expect(own.comparedEpochs == 6 && own.recognised.timeInBed == 7.5 && own.recognised.totalSleepTime == 2)
    #expect(own.recognised.sleepOnsetLatency == 1 && own.recognised.remLatency == 5.5)
    var report = Report(title: "stretches", version: "0")
    report.nights = part
    #expect(report.html.contains("Gaps divided them into"))
}

@Test func turnsAreChangesOfTheRecognisedPosture() throws {
    let part = try MadeUp.postures(60)
    #expect(part.maps == 60 && part.people == 1 && part.counts.reduce(0, +) == 60)
    let night = try #require(part.timelines.first)
    // Half an hour of maps 30 s apart.
    #expect(night.maps == 60 && night.turnsPerHour == Double(night.turns) / 0.5)
    // Every seventh map of 60 is taken for another: those at 0, 7, ..., 56.
    #expect(part.confusions.reduce(0) { $0 + $1.count } == 9)
    #expect(
        part.wrong.allSatisfy { $0.scored != $0.recognised } && part.right.allSatisfy { $0.scored == $0.recognised })
}

@Test func samplesOfOtherDaysAreNoNight() {
    let night = RecordedNight(
        subject: "a", recording: "a", positions: [0, 2_000_000_000], scored: [0, 0], recognised: [0, 0],
        probabilities: [[1, 0], [1, 0]])
    #expect(throws: ReportError.self) { try NightsPart([night], classes: ["wake", "sleep"], acquaintance: .unknown) }
}

@Test func aPositionThatIsNoneIsRefusedWithItsLine() throws {
    for position in ["-9223372036854775808", "9223372036854775807", "2147483648", "1.5", ""] {
        let text = "subject,recording,position,label,p_wake,p_sleep\na,b,\(position),wake,1,0\n"
        let error = #expect(throws: (any Error).self) {
            try Array(text.utf8).withUnsafeBytes { try HeldOutAnswers(csv: $0, path: "answers.csv") }
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("line 2"), "\(position)")
    }
}

@Test func whatOneNightDoesNotDefineIsADash() throws {
    var report = Report(title: "one night", version: "0")
    let part = try NightsPart(MadeUp.nights(1, epochs: 200), classes: MadeUp.stages, acquaintance: .heldOut)
    #expect(!part.agreement.isEmpty && part.agreement.allSatisfy { $0.difference.lowerLimit == nil })
    report.nights = part
    let page = report.html
    #expect(page.contains("<td class=n>–") && page.contains("has no limits of agreement and no slope (–)"))
    #expect(!page.contains("lie about 95 of 100") && !page.contains("Slope:"))
    report.nights = try NightsPart(MadeUp.nights(12, epochs: 200), classes: MadeUp.stages, acquaintance: .heldOut)
    #expect(report.html.contains("lie about 95 of 100") && report.html.contains("Slope:"))
}
