import Checkpoints
import Foundation
import Numerics
import Recognition
import Signals
import TestKit
import Testing

private func model(scheme: LabelScheme = .three) throws -> (RecogniserModel, Nights) {
    let nights = Nights(recordings: 3)
    var settings = RecogniserSettings(hiddenUnits: 5, sequenceLength: nil, epochs: 2)
    settings.cell = .gru
    let recogniser = try Recogniser.fit(
        nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings)
    let model = RecogniserModel(
        recogniser: recogniser, scheme: scheme, vocabulary: .stage, classes: ["wake", "NREM", "REM"], preset: "paper",
        rows: 2, columns: 2, encoderRecord: #"{"hidden":3}"#, encoderParameters: FloatBlock([1, 2, 3.5]))
    return (model, nights)
}

@Test func aModelReadBackRecognisesWithTheSameBits() throws {
    let folder = try TemporaryFolder()
    let (model, nights) = try model()
    let digest = try model.write(to: folder.path("model.safetensors"))
    #expect(try folder.contents == ["model.safetensors"])
    #expect(try TensorFile(opening: folder.path("model.safetensors")).digest == digest)
    let read = try RecogniserModel(opening: folder.path("model.safetensors"))
    #expect(
        read.recogniser.recognise(nights.features, recordings: nights.recordings)
            == model.recogniser.recognise(nights.features, recordings: nights.recordings))
    #expect(read.recogniser.settings == model.recogniser.settings)
    #expect(read.scheme == .three && read.vocabulary == .stage && read.preset == "paper")
    #expect(read.classes == ["wake", "NREM", "REM"] && read.rows == 2 && read.columns == 2)
    #expect(read.encoderRecord == #"{"hidden":3}"#)
    let encoder = read.encoderParameters
    #expect(Array(encoder.values) == [1, 2, 3.5])
}

@Test func aTensorFileOfAnotherFormatIsNoModel() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("dataset.safetensors")
    var writer = try TensorFileWriter(path: path, tensors: [], metadata: ["format": "ssrm.dataset.1"])
    _ = try writer.finish()
    #expect(
        throws: RecognitionError.notAModel(path: path, reason: "its format is ssrm.dataset.1, not ssrm.model.1")
    ) { try RecogniserModel(opening: path) }
}

@Test(arguments: ["missing", "short", "altered"])
func aModelThatIsMissingOrDamagedIsRefused(damage: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    if damage != "missing" {
        try model().0.write(to: path)
        var bytes = try Data(contentsOf: URL(filePath: path))
        if damage == "short" { bytes.removeLast() } else { bytes[bytes.count - 9] ^= 1 }
        try bytes.write(to: URL(filePath: path))
    }
    let error = #expect(throws: TensorFileError.self) { try RecogniserModel(opening: path) }
    #expect(error?.description.contains(path) == true)
}
