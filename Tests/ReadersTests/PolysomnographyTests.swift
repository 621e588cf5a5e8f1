import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

@Test func aSleepEpochIsAMatrixOfItsChannels() throws {
    let folder = try TemporaryFolder()
    let files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: MadeUpPSG.standard))
    let source = try Polysomnography([files], channels: ["ramp", "sine"])
    let (dataset, skipped) = try MadeUpPSG.dataset(source, in: folder)
    #expect((dataset.samples.count, dataset.samples.rows, dataset.samples.columns) == (12, 60, 10))
    #expect(skipped.isEmpty && dataset.kind == "edf" && dataset.subjects == ["night"])
    #expect(
        MadeUpPSG.codes(dataset) == ["W", "N1", "N2", "N3", "N3", "REM", nil, "N1", "N2", "N3", "N2", "N2"])
    #expect((0..<12).map(dataset.position(of:)) == Array(0..<12))
    for epoch in 0..<12 {
        for row in 0..<30 {
            for column in 0..<10 {
                let time = Double(epoch * 30 + row) + Double(column) / 10
                let sample = dataset.samples[epoch]
                #expect(abs(Double(sample[row * 10 + column]) - time) < 0.05)
                guard (2..<357).contains(time) else { continue }  // the ends are the resampler's business
                #expect(abs(Double(sample[(row + 30) * 10 + column]) - sin(.pi * time)) < 0.01)
            }
        }
    }
}

@Test func rowsAndRateAreChosen() throws {
    let folder = try TemporaryFolder()
    let files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: MadeUpPSG.standard))
    let source = try Polysomnography([files], channels: ["ramp"], rate: 8, rowSeconds: 2.5)
    #expect((source.outline.rows, source.outline.columns) == (12, 20))
    let (dataset, _) = try MadeUpPSG.dataset(source, in: folder)
    let value: Float = 150 + 25 / 8
    #expect(abs(dataset.samples[5][25] - value) < 0.05)
}

@Test(arguments: [
    ("24.04.8922.01.00", 2..<12, 2, 2), ("24.04.8921.59.00", 0..<10, 2, 2), ("24.04.8922.00.10", 1..<12, 1, 0),
    ("23.04.8923.59.30", 0..<0, 12, 12),
])
func nightsAreAlignedByTheirStartTimes(start: String, epochs: Range<Int>, unseen: Int, unscored: Int) throws {
    let folder = try TemporaryFolder()
    let files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12, start: start), EDFBytes(stages: MadeUpPSG.standard))
    guard !epochs.isEmpty else {
        let error = try #require(
            #expect(throws: DatasetError.self) { try Polysomnography([files], channels: ["ramp"]) })
        #expect("\(error)".contains("no sleep epoch is in both"))
        return
    }
    let source = try Polysomnography([files], channels: ["ramp"])
    let (dataset, skipped) = try MadeUpPSG.dataset(source, in: folder)
    let clock: Int = start.suffix(8).split(separator: ".").reduce(0) { 60 * $0 + (Int($1) ?? 0) }
    let seconds = Double(clock - 22 * 3_600)
    // Positions count from the signals' first half minute, wherever the hypnogram begins.
    let shift = Int((-seconds / 30).rounded(.down))
    #expect((0..<dataset.samples.count).map(dataset.position(of:)) == epochs.map { $0 + shift })
    for (sample, epoch) in epochs.enumerated() {
        #expect(abs(Double(dataset.samples[sample][0]) - (Double(epoch * 30) - seconds)) < 0.05)
    }
    let counts = [("the signals do not", unseen), ("the hypnogram does not", unscored)]
    for (words, count) in counts {
        #expect(
            skipped.filter { $0.kind == .sleepEpoch && $0.reason.contains(words) }.reduce(0) { $0 + $1.count } == count)
    }
}

@Test func annotationsOfAllSortsGiveTheirStages() throws {
    let folder = try TemporaryFolder()
    var hypnogram = EDFBytes(stages: [])
    hypnogram.annotations = [
        (0, nil, "Sleep stage W"), (10, 5, "Lights off"), (90, 60, "SLEEP STAGE 2"), (150, nil, "Movement time"),
        (180, 90, "N3"), (270, 3, "Sleep stage 1"), (273, 60, "Rem"), (330, nil, "Sleep stage N"), (360, nil, "W"),
    ]
    let files = try MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 13), hypnogram)
    let source = try Polysomnography([files], channels: ["ramp"])
    let (dataset, skipped) = try MadeUpPSG.dataset(source, in: folder)
    #expect(
        MadeUpPSG.codes(dataset) == [
            "W", "W", "W", "N2", "N2", nil, "N3", "N3", "N3", "REM", "REM", nil, "W",
        ])
    // Lights off, sleep of a stage that nobody told, three seconds of stage 1.
    #expect(skipped.filter { $0.kind == .annotation }.map(\.count) == [1, 1, 1])
}

@Test func oneFileCanHoldSignalsAndStages() throws {
    let folder = try TemporaryFolder()
    var both = MadeUpPSG.signals(epochs: 12)
    (both.annotations, both.kind) = (EDFBytes(stages: MadeUpPSG.standard).annotations, "EDF+C")
    let path = try both.write(to: folder.path("both.edf"))
    let source = try Polysomnography([PolysomnographyFiles(signals: path, hypnogram: path)], channels: ["ramp"])
    #expect(source.outline.sampleCount == 12 && source.outline.recordings[0].labels.compactMap(\.self).count == 11)
}

@Test func aFileThatChangesMeanwhileIsRefused() throws {
    let folder = try TemporaryFolder()
    let files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: MadeUpPSG.standard))
    let source = try Polysomnography([files], channels: ["ramp"])
    try MadeUpPSG.signals(epochs: 11).write(to: files.signals)
    #expect(throws: DatasetError.unreadable(path: files.signals, reason: "it changed while it was read")) {
        try source.write(to: folder.path("data"))
    }
    #expect(try !folder.contents.contains("data"))
}

@Test func nightsOfOneSubjectBelongTogether() throws {
    let folder = try TemporaryFolder()
    for name in ["SC4001E0-PSG", "SC4002E0-PSG", "ST7011J0-PSG"] {
        try MadeUpPSG.signals(epochs: 12).write(to: folder.path("\(name).edf"))
    }
    for name in ["SC4001EC", "SC4002EH", "ST7011JP", "SC4012EC"] {
        try EDFBytes(stages: MadeUpPSG.standard).write(to: folder.path("\(name)-Hypnogram.edf"))
    }
    try folder.write("x", to: "RECORDS")
    let (pairs, unpaired) = try PolysomnographyFiles.find(in: folder.url.path)
    let source = try Polysomnography(pairs, unpaired: unpaired, channels: ["sine"])
    #expect(source.outline.subjects == ["SC400", "ST701"])
    #expect(source.outline.recordings.map(\.name) == ["SC4001E0", "SC4002E0", "ST7011J0"])
    #expect(source.outline.recordings.map(\.subject) == [0, 0, 1])
    #expect(source.skipped.map(\.kind) == [.file, .recording])
    #expect(source.skipped[1].path == folder.path("SC4012EC-Hypnogram.edf"))
    try EDFBytes(stages: MadeUpPSG.standard).write(to: folder.path("SC4001EX-Hypnogram.edf"))
    #expect(throws: DatasetError.self) { try PolysomnographyFiles.find(in: folder.url.path) }
    #expect(throws: DatasetError.self) { try PolysomnographyFiles.find(in: TemporaryFolder().url.path) }
}

@Test func aHypnogramOfAnAbsurdTimeIsAnErrorInOneLine() throws {
    let folder = try TemporaryFolder()
    var stages = EDFBytes(stages: MadeUpPSG.standard)
    stages.annotations = [(1e20, 30, "Sleep stage W")]
    let files = try MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 12), stages)
    #expect {
        try Polysomnography([files], channels: ["ramp"])
    } throws: {
        "\($0)".contains("an annotation has no time at its start")
    }
}

@Test func filesOfOtherNamesAreAPairWhereAllBeforeTheirEndingsIsTheSame() throws {
    let folder = try TemporaryFolder()
    for name in ["subj001-PSG.edf", "subj003-psg.EDF", "s1-PSG.edf", "night4.edf"] {
        try MadeUpPSG.signals(epochs: 12).write(to: folder.path(name))
    }
    for name in ["subj002", "subj003", "s1"] {
        try EDFBytes(stages: MadeUpPSG.standard).write(to: folder.path("\(name)-Hypnogram.edf"))
    }
    let (pairs, skipped) = try PolysomnographyFiles.find(in: folder.url.path)
    #expect(pairs.map(\.name) == ["s1", "subj003"])
    #expect(pairs.map(\.hypnogram) == [folder.path("s1-Hypnogram.edf"), folder.path("subj003-Hypnogram.edf")])
    let reasons = skipped.map(\.reason)
    #expect(reasons.contains("there is no subj001-Hypnogram.edf beside it"), "\(reasons)")
    #expect(reasons.contains("there is no subj002-PSG.edf beside it"), "\(reasons)")
    let (all, left) = try PolysomnographyFiles.find(in: folder.url.path, unlabelled: true)
    #expect(all.map(\.name) == ["night4", "s1", "subj001", "subj003"])
    #expect(left.map(\.path) == [folder.path("subj002-Hypnogram.edf")])
}

@Test func aSubjectIsNamedByTheUserTheFileOrItsName() throws {
    let folder = try TemporaryFolder()
    var coded = MadeUpPSG.signals(epochs: 12)
    (coded.patient, coded.kind) = ("P017 F X X", "EDF+C")
    let files = [
        try MadeUpPSG.night(folder, coded, EDFBytes(stages: MadeUpPSG.standard), name: "a"),
        try MadeUpPSG.night(
            folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: MadeUpPSG.standard),
            name: "b-PSG"),
        try MadeUpPSG.night(
            folder, coded, EDFBytes(stages: MadeUpPSG.standard), name: "c", subject: "Q"),
    ]
    let source = try Polysomnography(files + [files[0]], channels: ["ramp"])
    #expect(source.notes == ["\(files[0].signals): it is given twice, so its night counts twice"])
    #expect(source.outline.subjects == ["P017", "b", "Q"])
    #expect(source.outline.recordings.map(\.name) == ["a#1", "b", "c", "a#4"])
}

@Test func wakeFarFromSleepIsLeftOutWhenAsked() throws {
    let folder = try TemporaryFolder()
    let stages = Array(repeating: "W", count: 10) + Array(repeating: "2", count: 8) + Array(repeating: "W", count: 7)
    let files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 25), EDFBytes(stages: stages.map { "Sleep stage \($0)" }))
    let source = try Polysomnography([files], channels: ["ramp"], wakeMargin: 2)
    #expect(source.outline.recordings[0].firstPosition == 6 && source.outline.sampleCount == 16)
    #expect(source.skipped.map(\.count) == [9])
    let (dataset, _) = try MadeUpPSG.dataset(source, in: folder)
    #expect(abs(dataset.samples[0][0] - 180) < 0.05)
}

@Test func nightsThatCannotBeUsedAreCountedUnlessNoneIsLeft() throws {
    let folder = try TemporaryFolder()
    let good = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: MadeUpPSG.standard), name: "good")
    let short = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 9), EDFBytes(stages: MadeUpPSG.standard), name: "short")
    let silent = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: Array(repeating: "Sleep stage ?", count: 12)),
        name: "silent")
    let source = try Polysomnography([short, good, silent], channels: ["ramp"])
    #expect(source.outline.recordings.map(\.name) == ["good"])
    #expect(source.skipped.filter { $0.kind == .recording }.map(\.path) == [short.signals, silent.signals])
    #expect(
        throws: DatasetError.unsuitable(path: short.signals, reason: "9 sleep epochs are left, fewer than 10")
    ) { try Polysomnography([short], channels: ["ramp"]) }
    let unstaged = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), MadeUpPSG.signals(epochs: 12), name: "unstaged")
    let error = #expect(throws: DatasetError.self) { try Polysomnography([unstaged], channels: ["ramp"]) }
    #expect("\(try #require(error))".contains("none of its 0 annotations is a sleep stage"))
}

@Test func ratesOutOfReachAreRefused() throws {
    let folder = try TemporaryFolder()
    let files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: MadeUpPSG.standard))
    for (rate, rowSeconds, words) in [
        (2_000.0, 1.0, "too far from 2000.0 Hz"), (0.3, 1, "whole values"), (10, 7, "whole fraction"),
        (-1, 1, "above 0"),
    ] {
        let error = #expect(throws: DatasetError.self) {
            try Polysomnography([files], channels: ["sine"], rate: rate, rowSeconds: rowSeconds)
        }
        #expect("\(try #require(error))".contains(words))
    }
}

@Test(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
func aPublishedNightIsTenSleepEpochsAwake() throws {
    let root = Recordings.root + "/edf"
    let files = PolysomnographyFiles(signals: root + "/short_psg.edf", hypnogram: root + "/SC4001EC-Hypnogram.edf")
    let source = try Polysomnography([files], channels: ["EEG Fpz-Cz", "Resp oro-nasal"])
    let folder = try TemporaryFolder()
    let (dataset, skipped) = try MadeUpPSG.dataset(source, in: folder)
    #expect(MadeUpPSG.codes(dataset) == Array(repeating: "W", count: 10) && dataset.subjects == ["short_psg"])
    #expect((dataset.samples.rows, dataset.samples.columns) == (60, 100))
    #expect(skipped.map(\.count) == [2_870])  // 86,400 s of hypnogram, 300 s of signals
    let eeg = try EDFFile(opening: files.signals).values(of: 0, 3_000..<6_000)
    #expect(Array(dataset.samples[1][..<3_000]) == eeg.map(Float.init))
}

@Test(arguments: [0.5, 1e300])
func aNightWithoutSleepHasNothingNearIt(margin: Double) throws {
    let folder = try TemporaryFolder()
    let files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: Array(repeating: "Sleep stage W", count: 12)))
    let reason = "0 sleep epochs are left, fewer than 10"
    #expect(throws: DatasetError.unsuitable(path: files.signals, reason: reason)) {
        try Polysomnography([files], channels: ["ramp"], wakeMargin: margin)
    }
}

@Test(arguments: [0, -1, 1e-300, .leastNonzeroMagnitude, 1e300, .infinity, .nan])
func rowsAndRatesOutOfReachAreFlaws(number: Double) {
    #expect(PolysomnographyLayout(channels: ["a"], rate: 10, rowSeconds: number).flaw?.contains("30 s") == true)
    #expect(PolysomnographyLayout(channels: ["a"], rate: number).flaw != nil)
}

@Test func holesInAHypnogramAreCounted() throws {
    let folder = try TemporaryFolder()
    var hypnogram = EDFBytes(stages: MadeUpPSG.standard)
    #expect(
        try Polysomnography(
            [MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 12), hypnogram)], channels: ["ramp"]
        )
        .notes == [])
    hypnogram.annotations.removeSubrange(3...4)
    let files = try MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 12), hypnogram)
    #expect(
        try Polysomnography([files], channels: ["ramp"]).notes
            == ["\(files.hypnogram ?? ""): 2 sleep epochs between its annotations have no label"])
}

@Test(arguments: [
    ("24.04.8922.00.00", "01.01.8522.00.00", "135993600", 12), ("24.04.8922.00.00", "24.04.8900.10.00", "SECONDS", 0),
    ("24.04.8923.58.00", "24.04.8900.00.00", "86400", 8), ("24.04.8922.00.00", "25.04.8922.00.00", "-86400", 12),
])
func nightsThatHaveNoTimeInCommonAreNamedWithBothTimesAndNeverShifted(
    start: String, stagesStart: String, offset: String, count: Int
) throws {
    let folder = try TemporaryFolder()
    let scored = EDFBytes(stages: MadeUpPSG.standard, start: stagesStart)
    var files = try MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 12, start: start), scored)
    let error = try #require(#expect(throws: DatasetError.self) { try Polysomnography([files], channels: ["ramp"]) })
    func clock(_ start: String) -> String { String(start.suffix(8)).replacing(".", with: ":") }
    #expect("\(error)".contains("no sleep epoch is in both: the signals are from 1989-04-24 \(clock(start)) to "))
    #expect("\(error)".contains("\(clock(stagesStart)) to ") && "\(error)".contains("--hypnogram-offset \(offset) "))
    guard let seconds = Double(offset), count >= 10 else { return }
    files.hypnogramOffset = seconds
    #expect(try Polysomnography([files], channels: ["ramp"]).outline.sampleCount == count)
}

@Test func aHypnogramIsShiftedByItsOffset() throws {
    let folder = try TemporaryFolder()
    var files = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12), EDFBytes(stages: MadeUpPSG.standard))
    files.hypnogramOffset = 30
    let source = try Polysomnography([files], channels: ["ramp"])
    let (dataset, _) = try MadeUpPSG.dataset(source, in: folder)
    #expect(
        MadeUpPSG.codes(dataset).prefix(3) == ["W", "N1", "N2"] && abs(dataset.samples[0][0] - 30) < 0.05)
}

@Test func datesThatAreNoDaysMustBeTheSame() throws {
    let folder = try TemporaryFolder()
    let (none, other) = ("00.00.0022.00.00", "00.13.0022.00.00")
    let same = try MadeUpPSG.night(
        folder, MadeUpPSG.signals(epochs: 12, start: none),
        EDFBytes(stages: MadeUpPSG.standard, start: none))
    #expect(try Polysomnography([same], channels: ["ramp"]).outline.sampleCount == 12)
    for start in [other, "24.04.8922.00.00"] {
        let files = try MadeUpPSG.night(
            folder, MadeUpPSG.signals(epochs: 12, start: none),
            EDFBytes(stages: MadeUpPSG.standard, start: start))
        let error = try #require(
            #expect(throws: DatasetError.self) { try Polysomnography([files], channels: ["ramp"]) })
        #expect("\(error)".contains("its start date is \"00.00.00\" and that of \(files.hypnogram ?? "")"))
    }
}
