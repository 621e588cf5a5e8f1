import Datasets
import Foundation
import TestKit
import Testing

/// A made-up night and a model trained on it and a second one, made once by the program itself.
private struct Nights {
    static let stages = ["W", "W", "N1", "N2", "N2", "N3", "N3", "N2", "N2", "R", "R", "W"]

    let folder: TemporaryFolder
    var data: String { folder.path("nights.st") }
    var model: String { folder.path("model.st") }
    var night: String { folder.path("first.edf") }

    init() throws {
        folder = try TemporaryFolder()
        for (name, start) in [("first", "31.03.2422.47.30"), ("second", "01.04.2423.00.00")] {
            var night = EDFBytes(signals: [
                EDFBytes.Signal(name: "EEG", rate: 20, values: (0..<360 * 20).map { 50 * sin(Double($0) / 7) }),
                EDFBytes.Signal(name: "Temp", rate: 1, values: (0..<360).map { 36 + Double($0 % 9) / 9 }, unit: "degC"),
            ])
            night.start = start
            try night.write(to: folder.path("\(name).edf"))
            try EDFBytes(stages: Self.stages.map { "Sleep stage \($0)" }, start: start).write(
                to: folder.path("\(name)-stages.edf"))
        }
        try made(
            ["data", "edf", "--channels", "EEG,Temp", "--rate", "10", "--row-seconds", "3", "--out", data]
                + ["first", "second"].flatMap { name in
                    [
                        "--signals", folder.path("\(name).edf"), "--hypnogram", folder.path("\(name)-stages.edf"),
                        "--subject", name,
                    ]
                })
        try made([
            "train", "--data", data, "--scheme", "five", "--preset", "night", "--set", "recogniser.encoder=none",
            "--set", "recogniser.epochs=3", "--out", model,
        ])
    }

    private func made(_ arguments: [String]) throws {
        let result = try ProgramRun(arguments).result()
        try #require(result.status == 0, "\(result.errors)")
    }

    func predict(_ arguments: String...) throws -> ProgramResult {
        try ProgramRun(["predict", "--model", model] + arguments).result()
    }

    /// The error of a prediction that must fail: one line, and no file.
    func refusal(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let result = try ProgramRun(["predict"] + arguments).result()
        #expect(result.status != 0 && result.output.isEmpty, sourceLocation: sourceLocation)
        #expect(result.errors.count { $0 == "\n" } == 1, "\(result.errors)", sourceLocation: sourceLocation)
        #expect(!FileManager.default.fileExists(atPath: folder.path("no.csv")), sourceLocation: sourceLocation)
        return result.errors
    }

    static let shared = Result { try Nights() }
}

@Test func recordingsAreReadAsTheModelsTrainingDataWere() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    let own = try ProgramRun.ssrm(
        "data", "edf", "--signals", nights.night, "--channels", "EEG,Temp", "--rate", "10", "--row-seconds", "3",
        "--out", folder.path("one.st"))
    #expect(own.status == 0, "\(own.errors)")
    for (name, arguments) in [
        ("data.csv", ["--data", folder.path("one.st")]), ("from.csv", ["--from", "edf", "--signals", nights.night]),
    ] {
        let result = try ProgramRun(
            ["predict", "--model", nights.model, "--out", folder.path(name)] + arguments
        ).result()
        #expect(result.status == 0, "\(result.errors)")
    }
    let answers = try ["data.csv", "from.csv"].map { try Data(contentsOf: URL(filePath: folder.path($0))) }
    #expect(answers[0] == answers[1] && answers[0].count { $0 == 10 } == 13)
    let inspected = try ProgramRun.ssrm("inspect", nights.model).output
    #expect(inspected.contains("read with          ssrm data edf --channels=EEG,Temp --rate=10.0 --row-seconds=3.0\n"))
    #expect(
        try ProgramRun.ssrm("data", "inspect", nights.data).output.contains(
            "read with   ssrm data edf --channels=EEG,Temp --rate=10.0 --row-seconds=3.0\nstarts      known of 2 of 2"))
    // Through JSON every digit is there.
    for (name, arguments) in [
        ("data.json", ["--data", folder.path("one.st")]), ("from.json", ["--from", "edf", "--signals", nights.night]),
    ] {
        let result = try ProgramRun(
            ["predict", "--model", nights.model, "--format", "json", "--out", folder.path(name)] + arguments
        ).result()
        #expect(result.status == 0, "\(result.errors)")
    }
    #expect(
        try Data(contentsOf: URL(filePath: folder.path("data.json")))
            == Data(contentsOf: URL(filePath: folder.path("from.json"))))
}

@Test func whatCanNotBeReadAsTheModelsTrainingDataWereIsRefused() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    func refusal(_ arguments: String..., model: String? = nil) throws -> String {
        try nights.refusal(["--model", model ?? nights.model, "--out", folder.path("no.csv")] + arguments)
    }
    #expect(
        try refusal("--from", "slpdb", "--root", folder.path("x"))
            == "ssrm: \(nights.model) was trained on recordings that `ssrm data edf` read: give --from edf, or make a "
            + "dataset with `ssrm data slpdb` and give it with --data\n")
    #expect(try refusal("--from", "edff").contains("there is no such reader, only edf, pmd, sleep-accel"))
    #expect(
        try refusal("--from", "edf", "--signals", nights.night, "--rate=20").contains(
            "--rate is the model's to say (10.0): leave it out"))
    #expect(try refusal("--from", "edf").contains("--from edf: give --signals and --hypnogram, or --root"))
    #expect(
        try refusal("--from", "edf", "--signals", nights.night, "--bogus").contains("Unknown option '--bogus'"))
    for wrong in [["edff"], ["edf", "--signals", nights.night, "--rate=20"], ["edf"], ["edf", "--bogus"]] {
        let words = ["predict", "--model", nights.model, "--out", folder.path("no.csv"), "--from"] + wrong
        #expect(try ProgramRun(words).result().status == 2, "\(wrong)")
    }

    let values = [Double](repeating: 1, count: 360)
    func write(_ signals: [EDFBytes.Signal]) throws -> String {
        try EDFBytes(signals: signals).write(to: folder.path("other.edf"))
    }
    let other = try write([EDFBytes.Signal(name: "EEG", rate: 1, values: values)])
    #expect(try refusal("--from", "edf", "--signals", other).contains("there is no channel \"Temp\" in it"))
    _ = try write([
        EDFBytes.Signal(name: "EEG", rate: 1, values: values),
        EDFBytes.Signal(name: "Temp", rate: 1, values: values, unit: "%"),
    ])
    #expect(
        try refusal("--from", "edf", "--signals", other).hasPrefix(
            "ssrm: \(other): channel \"Temp\" is in % in it and is to be in degC, and one can't be converted"))
    #expect(
        try refusal("--from", "edf", "--signals", nights.night, "--units=uV,degC").contains(
            "--units is the model's to say (uV,degC): leave it out"))

    // Of a model that nobody recorded a reader for.
    let made = try ProgramRun.ssrm(
        "data", "synthetic", "--kind", "night", "--subjects", "2", "--seed", "1", "--out", folder.path("made-up.st"))
    #expect(made.status == 0)
    let trained = try ProgramRun.ssrm(
        "train", "--data", folder.path("made-up.st"), "--scheme", "three", "--preset", "night", "--set",
        "recogniser.encoder=none", "--set", "recogniser.epochs=1", "--out", folder.path("made-up.model"))
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(
        try refusal("--from", "edf", "--signals", nights.night, model: folder.path("made-up.model")).contains(
            "does not say how the recordings were read"))
    let wrong = try ProgramRun.ssrm("predict", "--model", nights.model, "--out", folder.path("no.csv"))
    #expect(wrong.status == 2 || wrong.status == 64)
    #expect(wrong.errors.contains("give either --data, a dataset file, or --from"))
}

/// The same temperatures in kelvin, the same voltages in volts.
@Test func recordingsInOtherUnitsAreConvertedIntoTheModels() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    var night = EDFBytes(signals: [
        EDFBytes.Signal(
            name: "EEG", rate: 20, values: (0..<360 * 20).map { 0.05 * sin(Double($0) / 7) }, limit: 0.1, unit: "mV"),
        EDFBytes.Signal(
            name: "Temp", rate: 1, values: (0..<360).map { 309.15 + Double($0 % 9) / 9 }, limit: 400, unit: "K"),
    ])
    night.start = "31.03.2422.47.30"
    try night.write(to: folder.path("kelvin.edf"))
    func labels(_ name: String) throws -> [Substring] {
        let out = folder.path("\(name).csv")
        let result = try nights.predict("--from", "edf", "--signals", folder.path("\(name).edf"), "--out", out)
        #expect(result.status == 0, "\(result.errors)")
        let lines = try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n").dropFirst()
        return lines.map { $0.split(separator: ",")[3] }
    }
    #expect(try labels("kelvin") == labels("first"))
}

/// A file with a channel twice is read for a model that knows it once, and the other way round.
@Test func oneOfTwoChannelsOfALabelIsReadForAModel() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    func night(_ name: String, _ temperatures: [Double]) throws -> String {
        var night = EDFBytes(signals: [
            EDFBytes.Signal(name: "EEG", rate: 20, values: (0..<360 * 20).map { 50 * sin(Double($0) / 7) })
        ])
        night.signals += temperatures.map { base in
            EDFBytes.Signal(name: "Temp", rate: 1, values: (0..<360).map { base + Double($0 % 9) / 9 }, unit: "degC")
        }
        night.start = "31.03.2422.47.30"
        return try night.write(to: folder.path("\(name).edf"))
    }
    let twice = try night("twice", [20, 36])
    func labels(_ out: String, _ arguments: String..., model: String? = nil) throws -> [Substring] {
        let own = ["--model", model ?? nights.model, "--from", "edf", "--out", folder.path(out), "--signals"]
        let result = try ProgramRun(["predict"] + own + arguments).result()
        #expect(result.status == 0, "\(result.errors)")
        let lines = try String(contentsOfFile: folder.path(out), encoding: .utf8).split(separator: "\n").dropFirst()
        return lines.map { $0.split(separator: ",")[3] }
    }
    let result = try nights.predict("--from", "edf", "--signals", twice, "--out", folder.path("no.csv"))
    #expect(result.errors.contains("or --rename \"Temp#1=Temp\", which keeps the name"), "\(result.errors)")
    #expect(try labels("twice.csv", twice, "--rename", "Temp#2=Temp") == labels("once.csv", nights.night))

    let (data, model) = (folder.path("twice.st"), folder.path("twice.model"))
    for arguments in [
        [
            "data", "edf", "--signals", twice, "--hypnogram", folder.path("first-stages.edf"), "--subject", "a",
            "--signals", folder.path("second.edf"), "--hypnogram", folder.path("second-stages.edf"), "--subject", "b",
            "--rename", "Temp=Temp#2", "--channels", "EEG,Temp#2", "--rate", "10", "--row-seconds", "3", "--out", data,
        ],
        [
            "train", "--data", data, "--scheme", "five", "--preset", "night", "--set", "recogniser.encoder=none",
            "--set", "recogniser.epochs=3", "--out", model,
        ],
    ] {
        let result = try ProgramRun(arguments).result()
        #expect(result.status == 0, "\(result.errors)")
    }
    let inspected = try ProgramRun.ssrm("data", "inspect", data).output
    #expect(inspected.contains("'--channels=EEG,Temp#2' --rate=10.0"), "\(inspected)")
    let own = try labels("own.csv", twice, model: model)
    #expect(try own == labels("renamed.csv", nights.night, "--rename", "Temp=Temp#2", model: model))
}

/// A recording's last seconds, which make no whole sleep epoch, have no answer: none goes beyond its end.
@Test func eventsNeverLastLongerThanTheRecording() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    let seconds = 375
    try EDFBytes(signals: [
        EDFBytes.Signal(name: "EEG", rate: 20, values: (0..<seconds * 20).map { 50 * sin(Double($0) / 7) }),
        EDFBytes.Signal(name: "Temp", rate: 1, values: (0..<seconds).map { 36 + Double($0 % 9) / 9 }, unit: "degC"),
    ]).write(to: folder.path("longer.edf"))
    let result = try nights.predict(
        "--from", "edf", "--signals", folder.path("longer.edf"), "--format", "bids", "--out", folder.path("longer"))
    #expect(result.status == 0, "\(result.errors)")
    let path = "longer/sub-longer/eeg/sub-longer_task-sleep_run-1_desc-ssrm_events.tsv"
    let events = try String(contentsOfFile: folder.path(path), encoding: .utf8).split(separator: "\n").dropFirst()
    let ends = events.map { line in line.split(separator: "\t").prefix(2).compactMap { Int($0) }.reduce(0, +) }
    #expect(ends == (1...12).map { $0 * 30 })
}

/// A model of times on Berlin's clocks is given the same night with offsets from UTC, and as Unix times.
@Test func aTableIsReadByTheTimesThatItHasItself() throws {
    let folder = try TemporaryFolder()
    func write(_ name: String, _ time: (_ minute: Int, _ second: Int) -> String) throws -> String {
        let rows = (0..<24).map { row in
            "a,\(time(row / 2, row % 2 * 30)),\(row % 3 == 0 ? "W" : "N2"),\(row * 7 % 5)\n"
                + "b,\(time(row / 2, row % 2 * 30)),\(row % 4 == 0 ? "W" : "N2"),\(row * 5 % 7)\n"
        }
        return try folder.write("id,time,stage,hr\n" + rows.joined(), to: name)
    }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let local = try write("local.csv") { "2024-03-01 22:\(two($0)):\(two($1))" }
    let offsets = try write("offsets.csv") { "2024-03-01 21:\(two($0)):\(two($1))+00:00" }
    let unix = try write("unix.csv") { "\(1_709_326_800 + 60 * $0 + $1)" }
    let made = try ProgramRun.ssrm(
        "data", "table", "--file", local, "--subject", "id", "--time-column", "time", "--time-zone", "Europe/Berlin",
        "--label", "stage", "--vocabulary", "stage", "--values", "hr", "--out", folder.path("data"))
    #expect(made.status == 0, "\(made.errors)")
    let trained = try ProgramRun.ssrm(
        "train", "--data", folder.path("data"), "--scheme", "wake", "--preset", "night", "--set",
        "recogniser.encoder=none", "--epochs", "1", "--out", folder.path("model"))
    #expect(trained.status == 0, "\(trained.errors)")
    func answers(_ file: String) throws -> Data {
        let out = folder.path("answers.csv")
        let result = try ProgramRun.ssrm(
            "predict", "--model", folder.path("model"), "--from", "table", "--file", file, "--out", out)
        #expect(result.status == 0, "\(result.errors)")
        return try Data(contentsOf: URL(filePath: out))
    }
    let expected = try answers(local)
    #expect(expected.count { $0 == 10 } == 49)
    #expect(try answers(offsets) == expected && answers(unix) == expected)
}

/// What a model keeps of its table names both columns.
@Test func aTableOfDatesAndTimesOfDayIsReadAlikeByItsModel() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<24).flatMap { row in
        ["a", "b"].map { name in
            "\(name),3/1/2024,10:\(10 + row / 2):\(row % 2 * 3)5 PM,\(row % 3 == 0 ? "W" : "N2"),\(row % 5)\n"
        }
    }
    let file = try folder.write("id,Date,Time,stage,hr\n" + rows.joined(), to: "a.csv")
    let made = try ProgramRun.ssrm(
        "data", "table", "--file", file, "--subject", "id", "--time-column", "Date,Time", "--date-order", "mdy",
        "--time-zone", "Europe/Berlin", "--label", "stage", "--vocabulary", "stage", "--values", "hr", "--out",
        folder.path("data"))
    #expect(made.status == 0, "\(made.errors)")
    let trained = try ProgramRun.ssrm(
        "train", "--data", folder.path("data"), "--scheme", "wake", "--preset", "night", "--set",
        "recogniser.encoder=none", "--epochs", "1", "--out", folder.path("model"))
    #expect(trained.status == 0, "\(trained.errors)")
    let result = try ProgramRun.ssrm(
        "predict", "--model", folder.path("model"), "--from", "table", "--file", file, "--out", folder.path("a"))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("were (--date-order mdy, --time-zone Europe/Berlin)"))
    #expect(try Data(contentsOf: URL(filePath: folder.path("a"))).count { $0 == 10 } == 49)
}

@Test func aHypnogramOfAPredictionIsReadBackWithItsStart() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    let result = try nights.predict("--data", nights.data, "--format", "edf+", "--out", folder.path("hypnograms"))
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path("hypnograms")).sorted() == [
            "first-hypnogram.edf", "recordings.csv", "second-hypnogram.edf",
        ])
    let index = try String(contentsOfFile: folder.path("hypnograms/recordings.csv"), encoding: .utf8)
    #expect(index.contains("first-hypnogram.edf,first,first,2024-03-31T22:47:30\n"))
    // What was recognised is a hypnogram like any other, and as events, too.
    let events = try nights.predict("--data", nights.data, "--format", "bids", "--out", folder.path("bids"))
    #expect(events.status == 0, "\(events.errors)")
    let csv = try nights.predict("--data", nights.data, "--out", folder.path("labels.csv"))
    #expect(csv.status == 0)
    let labels = try String(contentsOfFile: folder.path("labels.csv"), encoding: .utf8).split(separator: "\n")
        .filter { $0.hasPrefix("first,") }.map { String($0.split(separator: ",")[3]) }
    for hypnogram in [
        "hypnograms/first-hypnogram.edf", "bids/sub-first/eeg/sub-first_task-sleep_run-1_desc-ssrm_events.tsv",
    ] {
        let read = try ProgramRun.ssrm(
            "data", "edf", "--signals", nights.night, "--hypnogram", folder.path(hypnogram), "--channels", "EEG",
            "--subject", "first", "--out", folder.path("again.st"))
        #expect(read.status == 0, "\(read.errors)")
        let dataset = try Dataset(opening: folder.path("again.st"))
        let codes = (0..<dataset.samples.count).map { dataset.code(of: $0).map { dataset.codes[$0] } }
        #expect(codes == labels.map { $0 == "wake" ? "W" : $0 })
        #expect(dataset.starts == [RecordingStart("2024-03-31T22:47:30")])
    }
}

@Test func aFolderForHypnogramsIsNew() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    try folder.write("x", to: "full/notes.txt")
    func refusal(_ out: String, _ more: String...) throws -> String {
        try nights.refusal(["--model", nights.model, "--data", nights.data, "--out", out] + more)
    }
    #expect(try refusal(folder.path("full"), "--format", "yasa").contains("there is a folder of that name"))
    #expect(try refusal(nights.night, "--format", "bids").contains("it is no folder, and one is made"))
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: false)
    #expect(try refusal(folder.path("empty"), "--format", "yasa").contains("there is a folder of that name"))
    #expect(try refusal(folder.path("a/b"), "--format", "edf+").contains("there is no folder"))
    #expect(try refusal(folder.path("full"), "--format", "json").contains("it is a folder"))
}

@Test func aLineOfStartsGoesBeforeWhatTheDatasetKnows() throws {
    let nights = try Nights.shared.get()
    let folder = nights.folder
    try folder.write("recording,start\nfirst,21:00\nthird,20:00\n", to: "starts.csv")
    let result = try nights.predict(
        "--data", nights.data, "--out", folder.path("known"), "--format", "edf+", "--starts", folder.path("starts.csv"))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("goes before the dataset: first at 21:00:00, and not at 2024-03-31T22:47:30\n"))
    #expect(result.errors.contains("1 line is of no recording that is there: third\n"))
    for (name, time) in [("first", "21.00.00"), ("second", "23.00.00")] {
        let hypnogram = try Data(contentsOf: URL(filePath: folder.path("known/\(name)-hypnogram.edf")))
        #expect(String(decoding: hypnogram[176..<184], as: UTF8.self) == time)
    }
}

/// What the model's preparation asks for is no setting that could be changed now.
@Test func samplesThatAModelCannotPrepareAreToldFromThoseThatItWasTrainedOn() throws {
    let nights = try Nights.shared.get()
    let folder = try TemporaryFolder()
    let (windows, model) = (folder.path("windows.st"), folder.path("model.st"))
    for arguments in [
        ["data", "synthetic", "--kind", "psg", "--subjects", "2", "--epochs", "20", "--seed", "1", "--out", windows],
        [
            "train", "--data", windows, "--scheme", "wake", "--preset", "psg", "--set", "recogniser.encoder=scratch",
            "--set", "recogniser.self_training_steps=0", "--set", "recogniser.steps=1", "--members", "1", "--out",
            model,
        ],
    ] {
        let result = try ProgramRun(arguments).result()
        try #require(result.status == 0, "\(result.errors)")
    }
    let refusal = try nights.refusal(["--model", model, "--data", nights.data, "--out", folder.path("o.csv")])
    #expect(
        refusal.contains("was trained on EEG, EOG, EMG, but these samples have EEG, Temp (edf): "), "\(refusal)")
    #expect(refusal.contains("use the kind of data that it was trained on") && !refusal.contains("input_channels"))
}
