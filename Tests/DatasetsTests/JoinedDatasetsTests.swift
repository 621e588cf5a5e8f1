import Checkpoints
import Datasets
import Foundation
import Numerics
import Signals
import TestKit
import Testing

/// A dataset of one value a sample, recording by recording; its values tell which sample is which.
private func dataset(
    _ name: String, in folder: TemporaryFolder, from first: Float = 0, vocabulary: LabelVocabulary = .stage,
    units: [String] = ["1/min"], content: [String] = ["hr"], columns: Int = 1, codes: [String] = ["W", "REM"],
    _ recordings: [(name: String, subject: String, labels: [Int?])]
) throws -> Dataset {
    var subjects: [String] = []
    for recording in recordings where !subjects.contains(recording.subject) { subjects.append(recording.subject) }
    let outline = DatasetOutline(
        kind: "table", vocabulary: vocabulary, rows: 1, columns: columns, content: content, units: units,
        subjects: subjects, codes: codes,
        recordings: recordings.map {
            .init(
                name: $0.name, subject: subjects.firstIndex(of: $0.subject) ?? 0, firstPosition: 3, labels: $0.labels)
        })
    let path = folder.path(name)
    try outline.write((0..<outline.sampleCount * columns).map { first + Float($0) }, to: path)
    return try Dataset(opening: path)
}

private func refusal(_ datasets: [Dataset], _ equalNames: JoinedDatasets.EqualNames? = nil) -> String {
    let error = #expect(throws: DatasetError.self) { try JoinedDatasets(datasets, equalNames: equalNames) }
    return error?.description ?? ""
}

@Test func fewLabelledAndManyUnlabelledNightsBecomeOneDataset() throws {
    let folder = try TemporaryFolder()
    let labelled = try dataset("labelled", in: folder, [("n1", "ann", [1, nil, 0]), ("n2", "bob", [0])])
    let unlabelled = try dataset("unlabelled", in: folder, from: 100, codes: [], [("n9", "cy", [nil, nil])])
    let path = folder.path("all")
    // The one without labels may come first: its vocabulary is nobody's.
    _ = try JoinedDatasets([unlabelled, labelled]).write(to: path)
    let joined = try Dataset(opening: path)
    #expect((0..<6).map { joined.samples[$0][0] } == [100, 101, 0, 1, 2, 3])
    #expect(joined.subjects == ["cy", "ann", "bob"] && joined.recordings == ["n9", "n1", "n2"])
    #expect((0..<6).map { joined.code(of: $0).map { joined.codes[$0] } } == [nil, nil, "REM", nil, "W", "W"])
    #expect((0..<6).map(joined.position(of:)) == [3, 4, 3, 4, 5, 3])
    #expect(joined.kind == "table" && joined.content == ["hr"] && joined.units == ["1/min"])
    #expect(
        joined.sources == [
            DatasetSource(file: "unlabelled", digest: unlabelled.digest, kind: "table", recordings: 1),
            DatasetSource(file: "labelled", digest: labelled.digest, kind: "table", recordings: 2),
        ])
    // Joined again, each source stays known.
    let more = try dataset("more", in: folder, [("n3", "dee", [0])])
    #expect(try JoinedDatasets([joined, more]).outline.sources.map(\.file) == ["unlabelled", "labelled", "more"])
}

@Test func oneNameInTwoDatasetsIsRefusedUntilItIsSaidWhoseItIs() throws {
    let folder = try TemporaryFolder()
    let first = try dataset("a", in: folder, [("n1", "S1", [0]), ("n2", "S2", [0])])
    let second = try dataset("b", in: folder, from: 9, [("n3", "S1", [1]), ("n2", "S3", [1])])
    #expect(
        refusal([first, second])
            == "\(first.path) and \(second.path): subject \"S1\" is in both; say with --equal-names whether that is "
            + "one-person or many-people")
    let one = try JoinedDatasets([first, second], equalNames: .onePerson).outline
    #expect(one.subjects == ["S1", "S2", "S3"] && one.recordings.map(\.subject) == [0, 1, 0, 2])
    #expect(one.recordings.map(\.name) == ["n1", "n2", "n3", "n2 (b)"])
    let many = try JoinedDatasets([first, second], equalNames: .manyPeople).outline
    #expect(many.subjects == ["S1 (a)", "S2", "S1 (b)", "S3"] && many.recordings.map(\.subject) == [0, 1, 2, 3])
}

@Test func namesThatDifferInCaseOrBlanksAloneAreRefusedUntilTheyAreSaidToBeTwoPeople() throws {
    let folder = try TemporaryFolder()
    let first = try dataset("a", in: folder, [("n1", "Ann B", [0])])
    let second = try dataset("b", in: folder, from: 9, [("n2", "ann_b", [1])])
    let what =
        "\(second.path): its subject \"ann_b\" and \"Ann B\" in \(first.path) differ in case, blanks or a number's zeros alone"
    #expect(refusal([first, second]).hasPrefix(what) && refusal([first, second], .onePerson).hasPrefix(what))
    let many = try JoinedDatasets([first, second], equalNames: .manyPeople).outline
    #expect(many.subjects == ["Ann B", "ann_b"])
}

@Test func valuesWithoutAUnitInAnyFileAreNoted() throws {
    let folder = try TemporaryFolder()
    let first = try dataset("a", in: folder, units: [], [("n1", "S1", [0])])
    let second = try dataset("b", in: folder, from: 9, units: [], [("n2", "S2", [1])])
    #expect(
        try JoinedDatasets([first, second]).notes == [
            "no file says the unit of hr: whether it is the same in all is not known"
        ])
}

@Test func theSameRecordingTwiceIsRefused() throws {
    let folder = try TemporaryFolder()
    let first = try dataset("a", in: folder, [("n1", "S1", [0])])
    let second = try dataset("b", in: folder, [("n1", "S1", [0, 1])])
    #expect(
        refusal([first, second], .onePerson)
            == "\(second.path): recording \"n1\" of subject \"S1\" is in \(first.path) too")
    #expect(refusal([first, first]) == "\(first.path): it is the same dataset as \(first.path)")
    #expect(refusal([first]) == "\(first.path): one dataset alone is joined to nothing")
}

@Test func samplesOfAnotherKindAreNotJoined() throws {
    let folder = try TemporaryFolder()
    let first = try dataset("a", in: folder, [("n1", "S1", [0])])
    func other(
        _ name: String, units: [String] = ["1/min"], content: [String] = ["hr"], columns: Int = 1,
        vocabulary: LabelVocabulary = .stage, codes: [String] = ["W"]
    ) throws -> Dataset {
        try dataset(
            name, in: folder, vocabulary: vocabulary, units: units, content: content, columns: columns, codes: codes,
            [("n2", "S2", [0])])
    }
    let end = ": only samples of one kind are joined"
    #expect(
        try refusal([first, other("wide", columns: 2)])
            == "\(folder.path("wide")): its samples are 1 x 2, but \(first.path) has 1 x 1\(end)")
    #expect(
        try refusal([first, other("others", content: ["steps"])])
            == "\(folder.path("others")): its values are steps, but \(first.path) has hr\(end)")
    #expect(
        try refusal([first, other("seconds", units: ["1/s"])])
            == "\(folder.path("seconds")): its units are 1/s, but \(first.path) has 1/min\(end)")
    #expect(
        try refusal([first, other("unknown", units: [])])
            == "\(folder.path("unknown")): its units are none named, but \(first.path) has 1/min\(end)")
    let postures = try other("postures", vocabulary: .posture, codes: ["supine"])
    #expect(
        refusal([first, postures])
            == "\(postures.path): its labels are of posture, those of \(first.path) of stage; --without-labels joins "
            + "them for pre-training")
    let joined = try JoinedDatasets([first, postures], withoutLabels: true)
    #expect(joined.outline.codes == [] && joined.notes == ["all labels are left out, as asked"])
    #expect(joined.outline.recordings.flatMap(\.labels) == [nil, nil])
}

@Test func namesThatMayBeOnePersonsAreRefused() throws {
    let folder = try TemporaryFolder()
    let first = try dataset("a", in: folder, [("n1", "Ada", [0]), ("n2", "7", [0])])
    for (name, other) in [("ada", "Ada"), ("a da", "Ada"), ("07", "7"), ("7.0", "7")] {
        let second = try dataset("b", in: folder, from: 9, [("n3", name, [1])])
        for equalNames in [nil, JoinedDatasets.EqualNames.onePerson] {
            #expect(
                refusal([first, second], equalNames).contains(
                    "/b: its subject \"\(name)\" and \"\(other)\" in \(first.path) differ in case, blanks or a number's"
                ))
        }
        #expect(try JoinedDatasets([first, second], equalNames: .manyPeople).outline.subjects == ["Ada", "7", name])
    }
}

@Test func whatIsInAJoinedDatasetIsNotJoinedToItAgain() throws {
    let folder = try TemporaryFolder()
    let first = try dataset("a", in: folder, [("n1", "S1", [0])])
    let second = try dataset("b", in: folder, from: 9, [("n2", "S2", [0])])
    let third = try dataset("c", in: folder, from: 19, [("n3", "S3", [0])])
    _ = try JoinedDatasets([first, second]).write(to: folder.path("ab"))
    _ = try JoinedDatasets([second, third]).write(to: folder.path("bc"))
    let (both, others) = try (Dataset(opening: folder.path("ab")), Dataset(opening: folder.path("bc")))
    #expect(
        refusal([both, first], .manyPeople)
            == "\(first.path): what was made of a is in \(both.path) too: leave one of them out")
    #expect(
        refusal([second, both], .manyPeople).hasPrefix("\(both.path): what was made of b is in \(second.path) too"))
    #expect(
        refusal([both, others], .manyPeople).hasPrefix("\(others.path): what was made of b is in \(both.path) too"))
}

/// A dataset of two maps of numbers.
private func maps(
    _ name: String, in folder: TemporaryFolder, rows: Int = 64, columns: Int, frame: MapFrame?,
    preparation: Preparation? = nil, subject: String = "S1", seed: UInt64 = 4
) throws -> Dataset {
    var outline = DatasetOutline(
        kind: "table", vocabulary: .posture, rows: rows, columns: columns, units: ["1"], subjects: [subject],
        codes: ["left"], recordings: [.init(name: "\(subject)/\(name)", subject: 0, labels: [0, nil])])
    (outline.frame, outline.preparation) = (frame, preparation)
    var draws = RandomSequence(seed: seed, stream: 3)
    try outline.write((0..<2 * rows * columns).map { _ in Float(draws.uniform() * 200) }, to: folder.path(name))
    return try Dataset(opening: folder.path(name))
}

private let preparation = Preparation(MapPreparation.standard)

@Test func preparedMapsOfSeveralMatsBecomeOneDatasetThatSaysSo() throws {
    let folder = try TemporaryFolder()
    let frame = MapFrame(baseline: 44, feetFirst: true)
    let wide = try maps("wide", in: folder, columns: 32, frame: MapFrame(baseline: 0, feetFirst: false))
    let narrow = try maps("narrow", in: folder, columns: 27, frame: frame, subject: "S2")
    #expect(wide.frame?.baseline == 0 && narrow.frame == frame)
    #expect(refusal([wide, narrow]).contains("only samples of one kind are joined"))
    _ = try JoinedDatasets([wide, narrow], preparation: preparation, threads: 2).write(to: folder.path("both"))
    let both = try Dataset(opening: folder.path("both"))
    #expect((both.samples.count, both.samples.rows, both.samples.columns) == (4, 32, 16))
    #expect(both.preparation == preparation && both.frame == nil && both.units == ["1"])
    #expect((0..<4).map(both.code(of:)) == [0, nil, 0, nil])
    let expected = FloatBlock(count: 2 * 512)
    try narrow.samples(prepared: preparation, threads: 1).copy([0, 1], into: expected.base)
    #expect(Array(both.samples[2]) + Array(both.samples[3]) == expected.array)

    // Prepared maps are not prepared again: they go with raw ones, and come out as they are.
    #expect(try both.preparationLeft(for: preparation) == .none)
    let more = try maps("more", in: folder, columns: 32, frame: nil, subject: "S3", seed: 9)
    let all = try JoinedDatasets([both, more], preparation: preparation)
    #expect(all.notes == ["\(more.path) does not say how its maps lie: baseline 0 and the head first are taken"])
    _ = try all.write(to: folder.path("all"))
    let again = try Dataset(opening: folder.path("all"))
    _ = try JoinedDatasets([narrow], preparation: preparation).write(to: folder.path("one"))
    let one = try Dataset(opening: folder.path("one"))
    withExtendedLifetime((again, one, both)) {
        #expect(Array(again.samples[3]) == Array(both.samples[3]) && Array(one.samples[1]) == Array(both.samples[3]))
    }
}

@Test func mapsThatCanNotBePreparedAreRefused() throws {
    let folder = try TemporaryFolder()
    let small = try maps("small", in: folder, rows: 20, columns: 20, frame: nil)
    let refusals = try [small, dataset("night", in: folder, [("n1", "ann", [0])])].map { dataset in
        #expect(throws: DatasetError.self) { try JoinedDatasets([dataset], preparation: preparation) }?.description
    }
    let remedy = "use at most 20, with --set upstream.map_rows=20: the maps are 20 x 20"
    #expect(refusals[0] == "\(folder.path("small")): map_rows is 32: \(remedy)")
    #expect(refusals[1]?.contains("preparation is map: use norm or none for samples of hr: they are no maps") == true)
    let prepared = try maps("prepared", in: folder, rows: 32, columns: 16, frame: nil, preparation: preparation)
    let other = Preparation(MapPreparation(root: false))
    let again = #expect(throws: DatasetError.self) { try prepared.preparationLeft(for: other) }?.description ?? ""
    #expect(again.contains("its samples are prepared already, as map (centred true, clip_percentile 98, despike 3"))
    #expect(again.contains("root true") && again.contains("root false") && !again.contains("\n"))
    let raw = try maps("raw", in: folder, rows: 32, columns: 16, frame: nil, subject: "S2", seed: 5)
    #expect(refusal([prepared, raw]).contains("its preparation is none"))
}

@Test func mapsThatLieOtherwiseAreNotJoinedAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let frames = [MapFrame(baseline: 0, feetFirst: false), MapFrame(baseline: 0, feetFirst: true)]
    let datasets = try frames.enumerated().map { place, frame in
        try maps("\(place)", in: folder, columns: 27, frame: frame, subject: "S\(place)", seed: UInt64(place))
    }
    #expect(
        refusal(datasets).contains("its maps' frame is baseline 0.0, feet first, but \(datasets[0].path) has baseline"))
}

@Test(arguments: [
    ("map_frame", "{}", "how its maps lie can't be read"), ("map_frame", "44", "how its maps lie can't be read"),
    ("preparation", #"{"kind":"mapp"}"#, "preparation is mapp: use none or norm or map"),
    ("preparation", #"{"kind":"map"}"#, "how its samples were prepared can't be read"),
])
func whatADatasetSaysOfItsMapsIsHeldToItsForm(key: String, text: String, message: String) throws {
    let folder = try TemporaryFolder()
    var metadata = ["format": "ssrm.dataset.1", "kind": "table", "vocabulary": "stage"]
    for key in ["subjects", "recordings", "codes"] { metadata[key] = #"["W"]"# }
    metadata[key] = text
    var writer = try TensorFileWriter(path: folder.path("data"), tensors: [], metadata: metadata)
    _ = try writer.finish()
    let error = #expect(throws: DatasetError.self) { try Dataset(opening: folder.path("data")) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
}
