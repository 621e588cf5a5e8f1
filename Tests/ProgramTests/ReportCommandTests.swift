import Checkpoints
import Foundation
import TestKit
import Testing

/// Made-up nights, an evaluation of them, and what was answered, made once by the program itself.
private struct Evaluated {
    let folder: TemporaryFolder
    var data: String { folder.path("nights.safetensors") }
    var evaluation: String { folder.path("evaluation.json") }
    var answers: String { folder.path("answers.csv") }
    var model: String { folder.path("model.safetensors") }

    init() throws {
        folder = try TemporaryFolder()
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "night", "--subjects", "4", "--window", "1", "--seed", "2", "--out",
            folder.path("nights.safetensors"))
        try #require(made.status == 0, "\(made.errors)")
        let settings = ["--preset", "wrist", "--epochs", "2", "--members", "1", "--threads", "1"]
        let evaluated = try ProgramRun(
            [
                "evaluate", "--data", folder.path("nights.safetensors"), "--scheme", "five", "--protocol", "loso",
                "--predictions-out", folder.path("answers.csv"), "--json",
            ] + settings
        ).result()
        try #require(evaluated.status == 0, "\(evaluated.errors)")
        try folder.write(evaluated.output, to: "evaluation.json")
        let trained = try ProgramRun(
            [
                "train", "--data", folder.path("nights.safetensors"), "--scheme", "five", "--out",
                folder.path("model.safetensors"),
            ] + settings
        ).result()
        try #require(trained.status == 0, "\(trained.errors)")
    }

    static let shared = Result { try Evaluated() }
}

private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

@Test func anEvaluationWithItsAnswersBecomesAPage() throws {
    let made = try Evaluated.shared.get()
    let page = made.folder.path("page.html")
    let result = try ProgramRun.ssrm(
        "report", made.evaluation, made.data, made.answers, "--out", page, "--json", "--title", "four <sleepers>")
    #expect(result.status == 0, "\(result.errors)")
    let report = try object(result.output)
    #expect(report["format"] as? String == "ssrm.report.1")
    let evaluation = try object(try String(contentsOfFile: made.evaluation, encoding: .utf8))
    let reported = try #require(report["evaluation"] as? [String: Any])
    #expect(reported["accuracy"] as? Double == evaluation["accuracy"] as? Double)
    #expect(reported["format"] as? String == "ssrm.evaluation.1")
    #expect((evaluation["calibration"] as? [String: Any])?["brier"] is Double)
    let nights = try #require(report["nights"] as? [String: Any])
    // The answers are this evaluation's: people held out.
    #expect(nights["held_out"] as? Bool == true)
    #expect((nights["nights"] as? [[String: Any]])?.count == 4)
    let compared = (nights["nights"] as? [[String: Any]])?.compactMap { $0["compared_epochs"] as? Int }.reduce(0, +)
    #expect(compared == evaluation["samples"] as? Int)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("<h1><bdi>four &lt;sleepers&gt;</bdi></h1>"))
    #expect(html.contains("id=\"evaluation\"") && html.contains("id=\"nights\""))
}

@Test func aModelsPageSaysWhomItHasSeen() throws {
    let made = try Evaluated.shared.get()
    let result = try ProgramRun.ssrm("report", made.model, made.data, made.evaluation, "--json", "--threads", "1")
    #expect(result.status == 0, "\(result.errors)")
    let report = try object(result.output)
    let model = try #require(report["model"] as? [String: Any])
    #expect((model["subjects"] as? [String])?.count == 4 && model["scheme"] as? String == "five")
    // Everybody was trained on.
    #expect((report["nights"] as? [String: Any])?["held_out"] as? Bool == false)
}

@Test func partsOfDifferentDatasetsAreSaidToBe() throws {
    let made = try Evaluated.shared.get()
    let (data, page) = (made.folder.path("others.safetensors"), made.folder.path("others.html"))
    let others = try ProgramRun.ssrm(
        "data", "synthetic", "--kind", "night", "--subjects", "2", "--window", "1", "--seed", "9", "--out", data)
    try #require(others.status == 0, "\(others.errors)")
    func report(_ things: String...) throws -> String {
        let result = try ProgramRun(["report"] + things + ["--out", page, "--threads", "1"]).result()
        #expect(result.status == 0, "\(result.errors)")
        return try String(contentsOfFile: page, encoding: .utf8)
    }
    let words = "The parts of this page are of different datasets"
    let both = try report(made.model, data, made.evaluation)
    #expect(both.contains(words) && both.contains("<bdi>\(data)</bdi>") && both.contains("<bdi>\(made.data)</bdi>"))
    #expect(!(try report(made.model, made.data, made.evaluation)).contains(words))
    #expect(!(try report(made.model, data)).contains(words))
}

@Test func aModelsCardSaysWhatItsEvaluationHasInCommonWithIt() throws {
    let made = try Evaluated.shared.get()
    let (model, page) = (made.folder.path("other-model.safetensors"), made.folder.path("card.html"))
    func card(_ model: String) throws -> String {
        let result = try ProgramRun.ssrm("report", model, made.evaluation, "--out", page)
        #expect(result.status == 0, "\(result.errors)")
        return try String(contentsOfFile: page, encoding: .utf8)
    }
    let own = try card(made.model)
    #expect(own.contains("with the same settings of the recogniser"))
    #expect(own.contains("The model itself was trained on all of them"))
    // Of the same preset, but for another length, and without one of the people.
    let trained = try ProgramRun.ssrm(
        "train", "--data", made.data, "--scheme", "five", "--preset", "wrist", "--epochs", "1", "--members", "1",
        "--threads", "1", "--exclude-subjects", "N1", "--out", model)
    try #require(trained.status == 0, "\(trained.errors)")
    let other = try card(model)
    #expect(other.contains("differ from this model, as the table says"))
    let row = "<th scope=row>training epochs<td><bdi>2</bdi><td><bdi>1</bdi></tr>"
    #expect(other.contains(row))
    #expect(!other.contains("with the same settings"))
    #expect(other.contains("The model itself was trained on some of them."))
}

@Test func answersAloneAreNightsThatNobodyScored() throws {
    let made = try Evaluated.shared.get()
    let report = try object(try ProgramRun.ssrm("report", made.answers, "--json").output)
    let nights = try #require((report["nights"] as? [String: Any])?["nights"] as? [[String: Any]])
    #expect(nights.count == 4 && nights.allSatisfy { $0["scored"] == nil && $0["recognised"] != nil })
    let idle = try ProgramRun.ssrm("report", made.answers, "--sample-seconds", "30", "--json")
    #expect(idle.status == 0)
    #expect(
        idle.errors == "note: --sample-seconds has no effect: it is for answers on pressure maps\n",
        "\(idle.errors)")
    // A spreadsheet that saved them put a byte order mark in front.
    let marked = try made.folder.write(
        "\u{FEFF}" + String(contentsOfFile: made.answers, encoding: .utf8), to: "marked.csv")
    let same = try object(try ProgramRun.ssrm("report", marked, "--json").output)
    #expect(((same["nights"] as? [String: Any])?["nights"] as? [Any])?.count == 4)
}

@Test func nightsAreDrawnOverTheTimeOfDayWhereItIsKnown() throws {
    let made = try Evaluated.shared.get()
    let page = made.folder.path("clock.html")
    func report(_ starts: String) throws -> ProgramResult {
        let file = try made.folder.write(starts, to: "starts.csv")
        return try ProgramRun.ssrm("report", made.answers, "--starts", file, "--out", page)
    }
    let names = (1...4).map { "N\($0)" }
    let known = try report("\u{FEFF}recording,start\nN9,22:00\n" + names.map { "\($0),22:47\n" }.joined())
    #expect(known.status == 0, "\(known.errors)")
    #expect(known.errors.contains("1 line is of no recording that is there: N9\n"), "\(known.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains(">00:00</span>") && html.contains("time of day"))
    for (starts, words) in [
        ("N1,22:47\n", "does not say when recording N2 begins: add a line for it, like N2,22:47"),
        ("N1,24:00\n", "no time of day"),
        ("N1,22:47\nN1,22:48\n", "line 2"), ("N1\n", "1 fields where"),
    ] {
        let result = try report(starts)
        #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
    }
}

@Test func whatIsNothingToReportIsOneLine() throws {
    let made = try Evaluated.shared.get()
    let folder = made.folder
    let evaluation = try String(contentsOfFile: made.evaluation, encoding: .utf8)
    let other = evaluation.replacing("ssrm.evaluation.1", with: "ssrm.evaluation.9")
    let cut = String(evaluation.prefix(500))
    let folds = try ProgramRun.ssrm(
        "evaluate", "--data", made.data, "--scheme", "five", "--protocol", "loso", "--preset", "wrist", "--folds-only",
        "--json")
    let oldFolds = folds.output.replacing(/"format" *: *"[^"]*",?/, with: "")
    #expect(folds.status == 0 && oldFolds != folds.output)
    let noScores = "has no scores: give the JSON of the same `ssrm evaluate` without --folds-only"
    let lost = evaluation.replacing("\"accuracy\":", with: "\"akkuracy\":")
    try FileManager.default.createDirectory(at: folder.url.appending(path: "empty"), withIntermediateDirectories: true)
    let head = "subject,recording,position,label,p_wake,p_sleep\n"
    let cases: [([String], String)] = [
        ([folder.path("missing.json")], "no such file or folder"),
        ([try folder.write("hello", to: "hello.txt")], "nothing to report"),
        ([try folder.write("", to: "nothing.json")], "nothing to report"),
        ([try folder.write("{\"a\": 1}", to: "a.json")], "nothing to report"),
        ([try folder.write(cut, to: "cut.json")], "is it whole?"),
        ([try folder.write(other, to: "other.json")], "ssrm.evaluation.9"),
        ([try folder.write(lost, to: "lost.json")], "another version"),
        ([try folder.write(folds.output, to: "folds.json")], noScores),
        ([try folder.write(oldFolds, to: "old-folds.json")], noScores),
        ([folder.path("empty")], "no job.json"),
        ([made.data], "a dataset alone"),
        ([made.evaluation, made.evaluation], "both an evaluation"),
        ([try folder.write(head, to: "head.csv")], "has no answer"),
        ([try folder.write(head + "a,b,1,wake,2,3\n", to: "two.csv")], "line 2"),
        ([try folder.write(head + "a,b,x,wake,1,0\n", to: "x.csv")], "no position"),
        ([try folder.write(head + "a,b,1,REM,1,0\n", to: "rem.csv")], "none of the classes"),
        ([try folder.write(head + "a,b,1,wake,1\n", to: "few.csv")], "5 fields where 6"),
        ([try folder.write(head + "a,b,1,wake,1,0\na,b,1,wake,1,0\n", to: "twice.csv")], "position 1 twice"),
        ([try folder.write(head + "a,b,0,wake,1,0\na,b,2000000000,wake,1,0\n", to: "far.csv")], "no night"),
        ([try folder.write(head + "a,b,1,wake,1,0\n", to: "strange.csv"), made.data], "no sample at position 1"),
    ]
    for (things, words) in cases {
        let result = try ProgramRun(["report"] + things + ["--json"]).result()
        #expect(result.status == 1, "\(things): \(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1 && result.output.isEmpty, "\(result.errors)")
    }
}

@Test func aPageIsNotWrittenOverWhatItIsMadeOf() throws {
    let made = try Evaluated.shared.get()
    let before = try String(contentsOfFile: made.evaluation, encoding: .utf8)
    let result = try ProgramRun.ssrm("report", made.evaluation, "--out", made.evaluation)
    #expect(result.status == 1 && result.errors.contains("belongs to what this command reads"))
    #expect(try String(contentsOfFile: made.evaluation, encoding: .utf8) == before)
}

@Test func aPageSaysWhichPartOfTheNightsHasNoAnswer() throws {
    let made = try Evaluated.shared.get()
    let (some, page) = (made.folder.path("some.csv"), made.folder.path("some.html"))
    let lines = try String(contentsOfFile: made.answers, encoding: .utf8).split(separator: "\n")
    let first = try #require(lines.dropFirst().first?.split(separator: ",")[1])
    let own = lines.dropFirst().filter { $0.split(separator: ",")[1] == first }
    func report(_ rows: [Substring]) throws -> (nights: [String: Any], html: String) {
        try made.folder.write(([lines[0]] + rows).joined(separator: "\n") + "\n", to: "some.csv")
        let result = try ProgramRun.ssrm("report", some, made.data, "--out", page, "--json")
        #expect(result.status == 0, "\(result.errors)")
        let nights = try #require(try object(result.output)["nights"] as? [String: Any])
        return (nights, try String(contentsOfFile: page, encoding: .utf8))
    }
    let part = try report(Array(own.prefix(99)))
    #expect(part.nights["recordings_without_answers"] as? Int == 3)
    #expect(part.nights["partly_answered_nights"] as? Int == 1)
    let answered = (part.nights["nights"] as? [[String: Any]])?.first?["answered_part"] as? Double
    #expect(abs((answered ?? 0) - 99 / Double(own.count)) < 1e-9)
    #expect(part.html.contains("Answers are missing.") && part.html.contains("of this recording has answers"))
    let all = try report(Array(lines.dropFirst()))
    #expect(all.nights["partly_answered_nights"] as? Int == 0 && !all.html.contains("Answers are missing."))
}

@Test func predictionsOfSamplesHeldOutTwiceAreNotWritten() throws {
    let made = try Evaluated.shared.get()
    let result = try ProgramRun.ssrm(
        "evaluate", "--data", made.data, "--scheme", "five", "--protocol", "random70", "--predictions-out",
        made.folder.path("never.csv"))
    #expect(result.status == 2 && result.errors.contains("use loso or kfold"))
}

@Test func peopleWhomTheEncoderHasSeenAreNotHeldOut() throws {
    let folder = try TemporaryFolder()
    let (data, run, last) = (folder.path("maps.safetensors"), folder.path("run"), folder.path("last.safetensors"))
    func make(_ arguments: String...) throws {
        let result = try ProgramRun(arguments).result()
        try #require(result.status == 0, "\(arguments): \(result.errors)")
    }
    try make(
        "data", "synthetic", "--kind", "pressure", "--subjects", "4", "--maps-per-posture", "5", "--seed", "2",
        "--out", data)
    try make("pretrain", "--data", data, "--run", run, "--workers", "1", "--steps", "2", "--shards", "2")
    try make(
        "train", "--data", data, "--encoder", run, "--scheme", "posture3", "--epochs", "1", "--members", "1",
        "--exclude-subjects", "P4", "--out", last)
    let report = try object(try ProgramRun.ssrm("report", last, data, "--json").output)
    #expect((report["postures"] as? [String: Any])?["held_out"] as? Bool == false)
    let inspected = try object(try ProgramRun.ssrm("inspect", last, "--json").output)
    #expect(inspected["encoder_subjects"] as? [String] == ["P1", "P2", "P3", "P4"])
}

@Test func mapsWithoutAnAnswerAreCountedAndTwoAnswersForOneRefused() throws {
    let folder = try TemporaryFolder()
    let data = folder.path("maps.safetensors")
    let made = try ProgramRun.ssrm(
        "data", "synthetic", "--kind", "pressure", "--subjects", "4", "--maps-per-posture", "5", "--seed", "2",
        "--out", data)
    try #require(made.status == 0, "\(made.errors)")
    let evaluated = try ProgramRun.ssrm(
        "evaluate", "--data", data, "--scheme", "posture3", "--protocol", "kfold", "--folds", "2", "--epochs", "1",
        "--members", "1", "--predictions-out", folder.path("all.csv"))
    try #require(evaluated.status == 0, "\(evaluated.errors)")
    let lines = try String(contentsOfFile: folder.path("all.csv"), encoding: .utf8).split(separator: "\n")
    func report(_ rows: [Substring]) throws -> ProgramResult {
        let file = try folder.write(rows.joined(separator: "\n") + "\n", to: "some.csv")
        return try ProgramRun.ssrm("report", data, file, "--json", "--out", folder.path("page.html"))
    }
    let some = try report(lines.dropLast(3))
    let part = try #require(try object(some.output)["postures"] as? [String: Any])
    #expect(part["unanswered_maps"] as? Int == 3 && part["maps"] as? Int == lines.count - 4)
    let page = try String(contentsOfFile: folder.path("page.html"), encoding: .utf8)
    #expect(page.contains("Answers are missing: "))
    let twice = try report(lines + lines.suffix(1))
    #expect(twice.status == 1 && twice.errors.contains(" twice"), "\(twice.errors)")
}

/// Whoever reads the figures may be gone by then, as `head` is.
@Test func answersAreWrittenWhoeverReadsTheFigures() throws {
    let made = try Evaluated.shared.get()
    let answers = made.folder.path("unread.csv")
    let command = """
        "$0" evaluate --data "$1" --scheme five --protocol loso --preset wrist --epochs 1 --members 1 --threads 1 \
        --predictions-out "$2" --json | true
        """
    _ = try ProgramRun(["-c", command, ProgramRun.ssrm, made.data, answers], program: "/bin/sh").result()
    #expect(try String(contentsOfFile: answers, encoding: .utf8).hasPrefix("subject,"))
}

@Test func aRunBecomesAPageWithWhatItsFeaturesKnow() throws {
    let folder = try TemporaryFolder()
    let (data, run) = try pretrained(in: folder, "--steps", "20", "--report-every", "5")
    let page = folder.path("page.html")
    let result = try ProgramRun.ssrm("report", run, data, "--out", page, "--json", "--threads", "1")
    #expect(result.status == 0, "\(result.errors)")
    let report = try object(result.output)
    let found = try #require(report["run"] as? [String: Any])
    #expect(found["state"] as? String == "finished" && found["step"] as? Int == 20)
    #expect((found["events"] as? [String: Int])?["joined"] == 1)
    let features = try #require(report["features"] as? [String: Any])
    let between = try #require(features["between_people"] as? Double)
    #expect((0...1).contains(between) && features["samples"] as? Int == 45)
    // The same run whose job is cut off.
    let job = try String(contentsOfFile: run + "/job.json", encoding: .utf8)
    try job.prefix(100).write(toFile: run + "/job.json", atomically: true, encoding: .utf8)
    let damaged = try ProgramRun.ssrm("report", run, "--out", page)
    #expect(damaged.status == 1 && damaged.errors.contains("\(run)/job.json"), "\(damaged.errors)")
    try job.write(toFile: run + "/job.json", atomically: true, encoding: .utf8)
}

@Test func aRunWithoutFiguresIsNoPageButALineThatSaysWhatIsMissing() throws {
    let folder = try TemporaryFolder()
    let (_, run) = try pretrained(in: folder, "--steps", "2")
    func refusal() throws -> String {
        let result = try ProgramRun.ssrm("report", run, "--out", folder.path("page.html"))
        #expect(result.status == 1 && !FileManager.default.fileExists(atPath: folder.path("page.html")))
        return result.errors
    }
    let words = "ssrm: \(run)/metrics.jsonl is missing or has no line that can be read, and figures come from it: "
    for content in ["", "{\"step\":"] {
        try content.write(toFile: run + "/metrics.jsonl", atomically: true, encoding: .utf8)
        #expect(try refusal() == words + "put it back from a copy of the run directory\n")
    }
    try FileManager.default.removeItem(atPath: run + "/metrics.jsonl")
    let events = try String(contentsOfFile: run + "/events.jsonl", encoding: .utf8)
    let begun = events.split(separator: "\n").filter { !$0.contains("\"finished\"") }.joined(separator: "\n") + "\n"
    try begun.write(toFile: run + "/events.jsonl", atomically: true, encoding: .utf8)
    #expect(
        try refusal() == words
            + "a run that goes on writes its first each --report-every steps (`ssrm status RUN` tells how it "
            + "stands)\n")
}

/// A dataset of made-up maps, and a run on it that is done.
private func pretrained(in folder: TemporaryFolder, _ flags: String...) throws -> (data: String, run: String) {
    let (data, run) = (folder.path("maps.safetensors"), folder.path("run"))
    let made = try ProgramRun.ssrm(
        "data", "synthetic", "--kind", "pressure", "--subjects", "3", "--maps-per-posture", "5", "--seed", "2", "--out",
        data)
    try #require(made.status == 0, "\(made.errors)")
    let trained = try ProgramRun(
        ["pretrain", "--data", data, "--run", run, "--workers", "1", "--shards", "2", "--seed", "3"] + flags
    ).result()
    try #require(trained.status == 0, "\(trained.errors)")
    return (data, run)
}
