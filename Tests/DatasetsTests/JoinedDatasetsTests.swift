import Datasets
import Foundation
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
    let what = "\(second.path): its subject \"ann_b\" and \"Ann B\" in \(first.path) differ in case or blanks alone"
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
