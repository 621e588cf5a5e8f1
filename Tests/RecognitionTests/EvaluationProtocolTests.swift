import Recognition
import Testing

private let subjects = [4, 4, 2, 2, 2, 7, 7, 9, 4, 9, 11]

@Test(arguments: [EvaluationProtocol.leaveOneSubjectOut, .subjectFolds(2), .subjectFolds(3), .subjectFolds(5)])
func noHeldOutSubjectIsTrainedOn(scheme: EvaluationProtocol) throws {
    for fold in try scheme.folds(subjects: subjects, seed: 3) {
        #expect(Set(fold.test.map { subjects[$0] }) == Set(fold.heldOutSubjects))
        #expect(fold.training.allSatisfy { !fold.heldOutSubjects.contains(subjects[$0]) })
        #expect((fold.training + fold.test).sorted() == Array(subjects.indices))
        #expect(!fold.training.isEmpty && !fold.test.isEmpty)
    }
}

@Test(arguments: [EvaluationProtocol.leaveOneSubjectOut, .subjectFolds(2), .subjectFolds(4)])
func everySampleIsHeldOutOnce(scheme: EvaluationProtocol) throws {
    let held = try scheme.folds(subjects: subjects, seed: 3).flatMap(\.test)
    #expect(held.sorted() == Array(subjects.indices))
}

@Test func leaveOneOutHasAFoldForEachSubject() throws {
    let folds = try EvaluationProtocol.leaveOneSubjectOut.folds(subjects: subjects, seed: 0)
    #expect(folds.map(\.heldOutSubjects) == [[2], [4], [7], [9], [11]])
}

@Test func theSeedDecidesTheGroups() throws {
    let many = (0..<40).map { $0 }
    let first = try EvaluationProtocol.subjectFolds(4).folds(subjects: many, seed: 1)
    #expect(try EvaluationProtocol.subjectFolds(4).folds(subjects: many, seed: 1) == first)
    #expect(try EvaluationProtocol.subjectFolds(4).folds(subjects: many, seed: 2) != first)
    #expect(first.allSatisfy { $0.test.count == 10 })
}

@Test func random70DrawsThreeTimesSevenOfTen() throws {
    let folds = try EvaluationProtocol.random70.folds(subjects: [Int](repeating: 0, count: 100), seed: 5)
    #expect(folds.count == 3)
    #expect(folds.allSatisfy { $0.training.count == 70 && $0.test.count == 30 })
    #expect(folds.allSatisfy { ($0.training + $0.test).sorted() == Array(0..<100) })
    #expect(folds[0].test != folds[1].test)
}

@Test(arguments: [
    (EvaluationProtocol.leaveOneSubjectOut, [1, 1, 1]), (.subjectFolds(1), subjects), (.subjectFolds(6), subjects),
    (.subjectFolds(2), []), (.random70, [3]),
])
func whatCannotBeSplitIsRefused(scheme: EvaluationProtocol, subjects: [Int]) {
    #expect(throws: RecognitionError.self) { try scheme.folds(subjects: subjects, seed: 0) }
}

@Test func anUnknownProtocolIsRefusedWithTheKnownOnes() throws {
    #expect(throws: RecognitionError.unknownProtocol(name: "holdout")) {
        try EvaluationProtocol(named: "holdout", folds: 5)
    }
    #expect(RecognitionError.unknownProtocol(name: "holdout").description.contains("loso, kfold, random70"))
    for name in EvaluationProtocol.names {
        #expect(try EvaluationProtocol(named: name, folds: 4).name == name)
    }
}
