import Numerics
import Testing
import Upstream

/// Recordings of 8, 1, 12, 9 and 10 samples; the first two and the last two are each one person's.
private let bounds = RecordingBounds(starts: [0, 8, 9, 21, 30], subjects: [4, 4, 7, 1, 1])

private func recording(of sample: Int) -> Int { bounds.starts.lastIndex { $0 <= sample } ?? 0 }

private func order(_ order: OriginalsOrder, trained: TrainedSamples? = nil) -> (groups: SampleGroups, order: GroupOrder)
{
    let groups = SampleGroups(bounds, sampleCount: 40, trained: trained)
    return (
        groups, GroupOrder(seed: 5, groups: groups, order: order, shardsPerStep: 2, originalsPerShard: 2 * 4)
    )
}

@Test func aGroupIsOfOneRecordingAndHasNoSampleTwiceWhileThereAreOthers() {
    var (_, order) = order(.recordings(size: 4))
    var turns: [Int: Int] = [:]
    for step in 0..<20 {
        for shard in 0..<2 {
            let places = order.places(step: step, shard: shard)
            #expect(places.count == 8)
            for group in [places.prefix(4), places.suffix(4)] {
                let found = Set(group.map(recording(of:)))
                #expect(found.count == 1)
                for recording in found { turns[recording, default: 0] += 1 }
                #expect(Set(group).count == (found == [1] ? 1 : 4))
            }
        }
    }
    #expect(turns == [0: 16, 1: 16, 2: 16, 3: 16, 4: 16])  // each has its turn equally often
}

@Test func aGroupOfAPersonHasNoRecordingTwiceWhileThereAreOthers() {
    var (groups, order) = order(.persons(size: 4))
    #expect(groups.persons == [[0, 1], [2], [3, 4]])
    var persons: Set<[Int]> = []
    for step in 0..<12 {
        let places = order.places(step: step, shard: step % 2)
        for group in [places.prefix(4), places.suffix(4)] {
            let recordings = group.map(recording(of:))
            #expect(Set(recordings.prefix(2)) == Set(recordings) && Set(recordings.suffix(2)) == Set(recordings))
            persons.insert(Set(recordings).sorted())
        }
    }
    #expect(persons == [[0, 1], [2], [3, 4]])
}

@Test func aShardsOriginalsDependOnItsPlaceAlone() {
    var (_, one) = order(.recordings(size: 4))
    var (_, other) = order(.recordings(size: 4))
    let there = other.places(step: 31, shard: 1)
    for step in 0..<31 { for shard in 0..<2 { _ = one.places(step: step, shard: shard) } }
    #expect(one.places(step: 31, shard: 1) == there)
}

@Test func neighboursAreOfTheSameRecordingAndAmongThoseThatAreTrainedOn() {
    let trained = TrainedSamples(of: 40, excluding: [4..<6, 25..<35])
    let groups = SampleGroups(bounds, sampleCount: 40, trained: trained)
    #expect(groups.recordings == [0..<6, 6..<7, 7..<19, 19..<23, 23..<28])
    var draw = RandomSequence(seed: 2, stream: 0)
    var found: Set<Int> = []
    for _ in 0..<200 { found.insert(groups.neighbour(of: 3, within: 2, &draw)) }
    #expect(found == [1, 2, 3, 6, 7])
    found = []
    for _ in 0..<300 { found.insert(groups.neighbour(of: 38, within: 1 << 40, &draw)) }
    #expect(found == [35, 36, 37, 38, 39])
    #expect(groups.neighbour(of: 8, within: 5, &draw) == 8)  // alone in its recording
    #expect(groups.neighbour(of: 24, within: 0, &draw) == 24)
}

@Test func trainedSamplesAreThoseThatNoRangeLeavesOut() {
    for excluded in [[], [0..<3], [37..<40], [0..<1, 1..<4, 9..<10, 39..<40], [0..<40]] as [[Range<Int>]] {
        let all = (0..<40).filter { sample in !excluded.contains { $0.contains(sample) } }
        let trained = TrainedSamples(of: 40, excluding: excluded)
        #expect((0..<trained.count).map { trained[$0] } == all)
        for sample in 0...40 {
            #expect(trained.place(notBefore: sample) == all.firstIndex { $0 >= sample } ?? all.count)
        }
    }
}

@Test func aJobOfMoreSamplesThanAnyMachineHoldsIsLookedAtWithoutHoldingThem() {
    let trained = TrainedSamples(of: 1 << 40, excluding: [5..<9])
    let groups = SampleGroups(
        RecordingBounds(starts: [0, 7], subjects: [0, 1]), sampleCount: 1 << 40, trained: trained)
    #expect(groups.recordings == [0..<5, 5..<(1 << 40) - 4])
    #expect(groups.sample(at: (1 << 40) - 5) == (1 << 40) - 1)
}
