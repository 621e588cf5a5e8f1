import Checkpoints
import Datasets
import Foundation
import Numerics
import Signals
import TestKit
import Testing

private func outline(recordings: [DatasetOutline.Recording]) -> DatasetOutline {
    DatasetOutline(
        kind: "test", vocabulary: .stage, rows: 2, columns: 3, subjects: ["a", "b \"é\""], codes: ["W", "REM"],
        recordings: recordings)
}

@Test func whatIsWrittenIsReadFromADataset() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("data")
    let values = (0..<24).map { Float($0) / 7 }
    let digest = try outline(recordings: [
        .init(name: "night 1", subject: 1, firstPosition: 5, labels: [1, nil, 0]),
        .init(name: "night 2", subject: 0, labels: [nil]),
    ]).write(values, to: path)
    let dataset = try Dataset(opening: path)
    #expect(dataset.digest == digest)
    #expect((dataset.kind, dataset.vocabulary) == ("test", .stage))
    #expect((dataset.subjects, dataset.recordings) == (["a", "b \"é\""], ["night 1", "night 2"]))
    #expect(dataset.codes == ["W", "REM"])
    #expect((dataset.samples.count, dataset.samples.rows, dataset.samples.columns) == (4, 2, 3))
    #expect((0..<4).flatMap { Array(dataset.samples[$0]) } == values)
    #expect((0..<4).map(dataset.subject(of:)) == [1, 1, 1, 0])
    #expect((0..<4).map(dataset.recording(of:)) == [0, 0, 0, 1])
    #expect((0..<4).map(dataset.position(of:)) == [5, 6, 7, 0])
    #expect((0..<4).map(dataset.code(of:)) == [1, nil, 0, nil])
    #expect(dataset.recordingRanges.map(\.samples) == [0..<3, 3..<4])
    #expect(dataset.recordingRanges.map(\.subject) == [1, 0])
    #expect(try dataset.labels(under: .wake) == [1, nil, 0, nil])
    #expect(try dataset.labels(under: .five) == [4, nil, 0, nil])
    #expect(throws: LabelError.schemeDoesNotFit(scheme: .posture3, vocabulary: .stage)) {
        try dataset.labels(under: .posture3)
    }
}

@Test func unitsAndSourcesComeBackAndAreHeldAgainstWhatTheyBelongTo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("data")
    var outline = outline(recordings: [.init(name: "night 1", subject: 1, labels: [1])])
    try outline.write([1, 2, 3, 4, 5, 6], to: path)
    #expect(try Dataset(opening: path).units == [] && Dataset(opening: path).sources == [])
    outline.units = ["uV"]
    outline.sources = [DatasetSource(file: "a/b", digest: "cafe", kind: "edf", recordings: 1)]
    try outline.write([1, 2, 3, 4, 5, 6], to: path)
    #expect(try Dataset(opening: path).units == ["uV"] && Dataset(opening: path).sources == outline.sources)
    outline.sources = [DatasetSource(file: "a/b", digest: "cafe", kind: "edf", recordings: 2)]
    try outline.write([1, 2, 3, 4, 5, 6], to: path)
    let error = #expect(throws: DatasetError.self) { try Dataset(opening: path) }
    #expect(error?.description.contains("its sources have other recordings than it has") == true)
}

@Test(arguments: 0..<20)
func anyDatasetComesBackAsItWas(seed: UInt64) throws {
    var random = RandomSequence(seed: seed, stream: 2)
    let recordings = (0..<Int.random(in: 1...8, using: &random)).map { index in
        DatasetOutline.Recording(
            name: "r\(index)", subject: Int.random(in: 0...1, using: &random),
            firstPosition: Int.random(in: 0...9, using: &random),
            labels: (0..<Int.random(in: 1...30, using: &random)).map { _ in
                [nil, 0, 1].randomElement(using: &random) ?? nil
            })
    }
    let outline = outline(recordings: recordings)
    let values = (0..<outline.sampleCount * 6).map { _ in Float(random.normal()) }
    let folder = try TemporaryFolder()
    try outline.write(values, to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect((0..<dataset.samples.count).flatMap { Array(dataset.samples[$0]) } == values)
    let back = dataset.recordingRanges.map { range in
        DatasetOutline.Recording(
            name: dataset.recordings[range.recording], subject: range.subject,
            firstPosition: dataset.position(of: range.samples.lowerBound),
            labels: range.samples.map(dataset.code(of:)))
    }
    #expect(back == recordings)
}

@Test func samplesOutliveTheDataset() throws {
    let folder = try TemporaryFolder()
    try outline(recordings: [.init(name: "r", subject: 0, labels: [0])]).write(
        [1, 2, 3, 4, 5, 6], to: folder.path("data"))
    let samples = try Dataset(opening: folder.path("data")).samples
    #expect(Array(samples[0]) == [1, 2, 3, 4, 5, 6])
}

@Test(arguments: [Float.nan, .infinity, -.infinity])
func aValueThatIsNotFiniteIsRefused(value: Float) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("data")
    let recording = DatasetOutline.Recording(name: "r", subject: 0, labels: [0, 0])
    try outline(recordings: [recording]).write([1, 2, 3, 4, 5, 6, 7, 8, value, 10, 11, 12], to: path)
    #expect(throws: DatasetError.notADataset(path: path, reason: "sample 1 has a NaN or an infinity")) {
        try Dataset(opening: path)
    }
}

/// A dataset file of two samples, made by hand so that it can be wrong.
private func writeByHand(
    to path: String, shape: [Int] = [2, 1, 1], subject: [Int32] = [0, 0], recording: [Int32] = [0, 0],
    position: [Int32] = [0, 1], label: [Int32] = [0, -1], metadata: [String: String] = [:]
) throws {
    let texts = [
        "format": "ssrm.dataset.1", "kind": "test", "vocabulary": "stage", "subjects": #"["s"]"#,
        "recordings": #"["r"]"#, "codes": #"["W"]"#,
    ]
    var writer = try TensorFileWriter(
        path: path,
        tensors: [
            ("samples", .float32, shape), ("subject", .int32, [subject.count]),
            ("recording", .int32, [recording.count]),
            ("position", .int32, [position.count]), ("label", .int32, [label.count]),
        ], metadata: texts.merging(metadata) { $1 })
    try [Float](repeating: 1, count: shape.reduce(1, *)).withUnsafeBytes { try writer.append($0) }
    for numbers in [subject, recording, position, label] { try numbers.withUnsafeBytes { try writer.append($0) } }
    _ = try writer.finish()
}

@Test func aFileThatContradictsItselfIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("data")
    func refusal(_ write: () throws -> Void) throws -> String {
        try write()
        do {
            _ = try Dataset(opening: path)
            return "none"
        } catch { return "\(error)" }
    }
    #expect(try refusal { try writeByHand(to: path) } == "none")
    let wrong = [
        try refusal { try writeByHand(to: path, metadata: ["format": "ssrm.model.1"]) },
        try refusal { try writeByHand(to: path, metadata: ["vocabulary": "colours"]) },
        try refusal { try writeByHand(to: path, metadata: ["subjects": "s"]) },
        try refusal { try writeByHand(to: path, metadata: ["subjects": #"["s", "s"]"#]) },
        try refusal { try writeByHand(to: path, metadata: ["codes": #"["purple"]"#]) },
        try refusal { try writeByHand(to: path, metadata: ["recordings": #"["r", "none"]"#]) },
        try refusal { try writeByHand(to: path, shape: [2, 1]) },
        try refusal { try writeByHand(to: path, shape: [0, 1, 1]) },
        try refusal { try writeByHand(to: path, subject: [0, 1]) },
        try refusal { try writeByHand(to: path, subject: [-1, -1]) },
        try refusal { try writeByHand(to: path, recording: [0, 1]) },
        try refusal { try writeByHand(to: path, recording: [1, 0]) },
        try refusal { try writeByHand(to: path, position: [1, 1]) },
        try refusal { try writeByHand(to: path, label: [0, 1]) },
        try refusal { try writeByHand(to: path, label: [-2, 0]) },
    ]
    for message in wrong {
        #expect(message.contains("\(path) is not a usable dataset: ") && !message.contains("\n"), "\(message)")
    }
    #expect(try refusal { try writeByHand(to: path, label: [0]) }.contains("tensor label is I32 [1] where I32 [2]"))
}

/// Hands over values as they are.
private struct GivenValues: RecordingSource {
    let outline: DatasetOutline
    let skipped: [SkippedItem] = []
    let values: [Float]

    func appendSamples(to writer: inout DatasetWriter) throws {
        for value in values { try withUnsafePointer(to: value) { try writer.append(.init(start: $0, count: 1)) } }
    }
}

@Test(arguments: [Float.infinity, -.infinity, .nan])
func aDatasetThatCouldNotBeOpenedIsNotWritten(value: Float) throws {
    let folder = try TemporaryFolder()
    let outline = outline(recordings: [
        .init(name: "night 1", subject: 0, labels: [nil, nil]),
        .init(name: "night 2", subject: 1, firstPosition: 7, labels: [nil, nil]),
    ])
    var values = [Float](repeating: 1, count: 24)
    (values[18], values[20]) = (value, value)
    #expect(throws: DatasetError.notFinite(recording: "night 2", position: 8)) {
        try GivenValues(outline: outline, values: values).write(to: folder.path("data"))
    }
    #expect(try folder.contents == [])
}
