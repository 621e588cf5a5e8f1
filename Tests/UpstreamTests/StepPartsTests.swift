import Encoders
import Layers
import Numerics
import Testing
import Upstream

/// A step that is made a part at a time is the step, to the bit, and one that is given up never was.
@Suite struct StepPartsTests {
    private static func job(_ wire: ElementType, _ kind: Kind) -> Job {
        var job = SmallJob.job()
        job.settings.arithmetic = Arithmetic(wire: wire, products: .float32)
        if kind == .replicas { job.settings.exchange = .local(LocalSteps(steps: 1, outer: .momentum)) }
        if kind == .decaying {
            let adam = AdamSettings(learningRate: 0.01)
            job.settings.optimiser = .adamw(
                AdamWSettings(adam: adam, weightDecay: 0.1, warmupSteps: 2, schedule: .cosine))
        }
        return job
    }

    /// What makes a step of it.
    enum Kind: CaseIterable { case plain, decaying, replicas }

    private func gradient(_ count: Int, step: UInt64) -> FloatBlock {
        var draw = RandomSequence(seed: 3, stream: step)
        return FloatBlock((0..<count).map { _ in Float(draw.normal()) })
    }

    private func slice(_ block: FloatBlock, _ range: Range<Int>) -> FloatBlock {
        FloatBlock(borrowing: block.base + range.lowerBound, count: range.count, from: block)
    }

    @Test(arguments: [ElementType.float32, .bfloat16, .int8], Kind.allCases)
    func partsInAnyOrderAreTheStep(wire: ElementType, kind: Kind) {
        let job = Self.job(wire, kind)
        var (whole, parts) = (TrainingState(startOf: job), TrainingState(startOf: job))
        let count = job.exchangeCount
        let ranges = [count / 3..<count / 2, 0..<count / 3, count / 2..<count]
        for step in 1...4 {
            let gradient = gradient(count, step: UInt64(step))
            whole.advance(sum: gradient)
            if step == 3 {  // a step that is begun and given up
                for range in ranges.prefix(2) { _ = parts.advance(part: range, sum: slice(gradient, range)) }
                parts.giveUpParts()
            }
            var published: [(place: Int, values: [Float])] = []
            for range in ranges {
                published.append((range.lowerBound, parts.advance(part: range, sum: slice(gradient, range)).array))
            }
            parts.finishParts()
            #expect(parts.step == step && parts.parameters.array == whole.parameters.array)
            #expect(parts.published.array == whole.published.array)
            #expect(published.sorted { $0.place < $1.place }.flatMap(\.values) == whole.published.array)
        }
    }

    @Test(arguments: [ElementType.bfloat16, .int8])
    func sumsOfPartsAreThePartsOfSumsWhateverWasSentTwice(element: ElementType) throws {
        let (count, shape) = (9000, SumTreeShape(leafCount: 5))
        let rounding = GradientRounding(seed: 1, stream: 2, to: element)
        func leaf(_ shard: Int) -> LeafSum {
            LeafSum(
                leaves: shard..<shard + 1, vector: gradient(count, step: UInt64(shard)), figures: [Double(shard)])
        }
        var whole = SumTree(shape, round: 7, rounding: rounding)
        for shard in 0..<5 { whole.insert(leaf(shard)) }
        let sum = try #require(whole.root).vector
        for range in [0..<4096, 4096..<8192, 8192..<9000] {
            var tree = SumTree(shape, round: 7, rounding: rounding, place: range.lowerBound)
            func insert(_ leaves: Range<Int>) {
                var run = SumTree(shape, round: 7, rounding: rounding, place: range.lowerBound)
                for shard in leaves {
                    let part = FloatBlock(slice(leaf(shard).vector, range).array)
                    run.insert(LeafSum(leaves: shard..<shard + 1, vector: part, figures: []))
                }
                for sum in run.sums { tree.insertUncovered(sum) }
            }
            // One worker was given 0 ..< 2 and died while it sent; others were given 0 ..< 4, 2 ..< 4 and 4 ..< 5.
            insert(0..<2)
            insert(0..<4)
            insert(2..<4)
            insert(4..<5)
            #expect(try #require(tree.root).vector.array == slice(sum, range).array)
        }
    }
}
