import Layers
import Testing

@Test func theLongestSequenceComesFirstAndTheEarlierOfEquals() {
    let batch = RaggedBatch(lengths: [2, 4, 1, 4])
    #expect(batch.order == [1, 3, 0, 2])
    #expect(batch.lengths == [4, 4, 2, 1])
    #expect(batch.active == [4, 3, 2, 2])
    #expect(batch.starts == [0, 4, 7, 9, 11])
    #expect(batch.rows == 11)
    #expect(batch.steps == 4)
}

@Test func eachStepOfEachSequenceHasARowOfItsOwn() {
    let batch = RaggedBatch(lengths: [3, 1, 7, 7, 2])
    var rows: [Int] = []
    for place in 0..<batch.sequences {
        for step in 0..<batch.lengths[place] { rows.append(batch.row(place: place, step: step)) }
    }
    #expect(rows.sorted() == Array(0..<batch.rows))
}

@Test func aBatchArrangedAgainForgetsTheOneBefore() {
    var batch = RaggedBatch(lengths: [9, 9, 3])
    batch.arrange(lengths: [1, 2])
    #expect(batch.order == [1, 0])
    #expect(batch.active == [2, 1])
    #expect(batch.rows == 3)
    batch.arrange(lengths: [])
    #expect(batch.rows == 0)
    #expect(batch.steps == 0)
}
