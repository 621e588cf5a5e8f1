import Foundation
import Layers
import Numerics
import Testing

@Test func logSoftmaxDoesNotOverflow() {
    let logits: [Float] = [1_000, 1_000, -1_000]
    var (logs, probabilities) = ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    logSoftmax(logits, rows: 1, classes: 3, logs: &logs, probabilities: &probabilities)
    #expect(abs(logs[0] + 0.6931471805599453) < 1e-12)
    #expect(logs[2] == -2000.6931471805599)
    #expect(probabilities[0] == 0.5 && probabilities[2] < 1e-300)
}

@Test(arguments: [(1, 1), (7, 5), (8, 5), (9, 2), (30, 11)])
func logSoftmaxIsThatOfEachRow(rows: Int, classes: Int) {
    var draw = RandomSequence(seed: 6, stream: 2)
    let logits = (0..<rows * classes).map { _ in Float(5 * draw.normal()) }
    var logs = [Double](repeating: 0, count: logits.count)
    var probabilities = logs
    logSoftmax(logits, rows: rows, classes: classes, logs: &logs, probabilities: &probabilities)
    for row in 0..<rows {
        let range = row * classes..<(row + 1) * classes
        let sum = range.reduce(0.0) { $0 + exp(Double(logits[$1])) }
        for i in range {
            #expect(abs(probabilities[i] - exp(Double(logits[i])) / sum) < 1e-15)
            #expect(abs(logs[i] - (Double(logits[i]) - log(sum))) < 1e-13)
        }
    }
}
