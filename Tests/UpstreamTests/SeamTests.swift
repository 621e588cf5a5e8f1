import Checkpoints
import Encoders
import Examples
import Foundation
import Layers
import Numerics
import Signals
import TestKit
import Testing
import Upstream

/// A network and a task that the program does not bring along train as its own do.
@Suite struct SeamTests {
    private let job: Job

    init() throws {
        NetworkSettings.kinds.add(SquareUnitsSettings.kind, SquareUnitsSettings.self)
        TaskSettings.kinds.add(ShiftSettings.kind, ShiftSettings.self)
        var job = SmallJob.job(rate: 0.05)
        job.settings.network = NetworkSettings(SquareUnitsSettings.standard)
        job.settings.task = TaskSettings(ShiftSettings.standard)
        self.job = job
        try job.validate()
    }

    @Test func theExampleNetworksGradientMatchesFiniteDifferences() {
        let network = SquareUnitsSettings(units: 4).makeNetwork(rows: 2, columns: 3)
        let rows = 5
        var draw = RandomSequence(seed: 4, stream: 9)
        let x = FloatBlock((0..<rows * network.inputCount).map { _ in Float(draw.normal()) })
        let pass = network.makePass(rows: rows, arithmetic: Arithmetic())
        func loss(_ parameters: [Float]) -> Double {
            pass.take(parameters: FloatBlock(parameters))
            let outputs = withExtendedLifetime(x) { pass.forward(x.base, rows: rows) }
            return (0..<rows * 4).reduce(0) { $0 + Double(outputs[$1]) * Double(outputs[$1]) / 2 }
        }
        var parameters = network.initialParameters(seed: 3, stream: 0).array
        let gradient = FloatBlock(count: network.parameterCount)
        pass.take(parameters: FloatBlock(parameters))
        withExtendedLifetime((x, gradient)) {
            let outputs = pass.forward(x.base, rows: rows)
            pass.featureGradient.update(from: outputs, count: rows * 4)
            pass.backward(x.base, rows: rows, into: gradient.base)
        }
        let error = gradientError(
            at: &parameters, analytic: gradient.array, indices: parameters.indices, step: 1e-3, loss: loss)
        #expect(error < 5e-3)
    }

    @Test func theJobGivesTheSameBitsOnAnyNumberOfThreadsAndLearns() throws {
        var losses: [Double] = []
        let alone = try pretrainAlone(job, samples: SmallJob.samples) { losses.append($1) }
        for threads in [2, 3] {
            let state = try pretrainAlone(job, samples: SmallJob.samples, threads: threads)
            #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
        }
        var longer = job
        longer.steps = 300
        losses = []
        _ = try pretrainAlone(longer, samples: SmallJob.samples) { losses.append($1) }
        let (first, last) = (losses.prefix(20).reduce(0, +), losses.suffix(20).reduce(0, +))
        #expect(last < 0.8 * first)
    }

    @Test func theJobAndItsCheckpointComeBackFromTheirFiles() throws {
        #expect(try Job(json: job.json) == job)
        let folder = try TemporaryFolder()
        let state = try pretrainAlone(job, samples: SmallJob.samples)
        let probe = ArithmeticProbe(digest: "abc", name: "lab:1")
        try TrainingCheckpoint(job: job, state: state, probe: probe).write(to: folder.path("a.safetensors"))
        let read = try TrainingCheckpoint(reading: folder.path("a.safetensors"))
        #expect(read.job == job && read.probe == probe)
        #expect(read.parametersDigest == sha256(of: state.parameters))
        #expect(try read.encoder.features(of: SmallJob.prepared, 0..<2).columns == 6)
    }

    @Test func whatATaskDrawsDependsOnItsPlaceAlone() {
        func numbers(_ step: Int, _ shard: Int, _ purpose: UInt8) -> [UInt64] {
            var draws = LeafPlace(seed: 7, step: step, shard: shard, originalsPerStep: 1).draws(for: purpose)
            return (0..<4).map { _ in draws.next() }
        }
        let places = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 65_535, 0), (0, 0, 1), (0, 0, 255), (1 << 40, 0, 0)]
        let drawn = places.map { numbers($0.0, $0.1, UInt8($0.2)) }
        #expect(Set(drawn.flatMap { $0 }).count == places.count * 4)
        #expect(drawn == places.map { numbers($0.0, $0.1, UInt8($0.2)) })
    }

    @Test func aKindThatIsNotKnownIsNamedWithThoseThatAre() throws {
        let json = try job.json.replacingOccurrences(of: "\"squares\"", with: "\"cubes\"")
        #expect {
            try Job(json: json)
        } throws: {
            "\($0)".contains("network is cubes: use \(NetworkSettings.kinds.names.joined(separator: " or "))")
        }
    }
}
