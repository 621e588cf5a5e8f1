import CKernels
import Foundation
import Testing

private struct Function: CustomTestStringConvertible {
    let testDescription: String
    let kernel: @Sendable (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int) -> Void
    let exact: @Sendable (Double) -> Double
    /// The values tried.
    let domain: ClosedRange<Float>
    /// The error allowed: the larger of this part of the result and this much.
    let relative: Double
    let absolute: Double

    static let all = [
        Function(
            testDescription: "exp", kernel: kernel_exp, exact: exp, domain: -87...88, relative: 1.5e-7, absolute: 0),
        Function(
            testDescription: "log", kernel: kernel_log, exact: log, domain: 1e-37...1e6, relative: 1.5e-7,
            absolute: 1e-7),
        Function(
            testDescription: "logistic", kernel: kernel_logistic, exact: { 1 / (1 + exp(-$0)) }, domain: -87...100,
            relative: 0, absolute: 1.2e-7),
        Function(
            testDescription: "tanh", kernel: kernel_tanh, exact: tanh, domain: -50...50, relative: 2.5e-7, absolute: 0),
    ]
}

@Test(arguments: Function.all)
private func anElementaryFunctionIsAsExactAsItSays(function: Function) {
    let (low, high) = (function.domain.lowerBound, function.domain.upperBound)
    let count = 1_000_000
    // Evenly over the domain, evenly near 0, and over all magnitudes.
    var x = (0...count).map { low + (high - low) * Float($0) / Float(count) }
    x += (0...count).map { max(low, min(high, -2 + 4 * Float($0) / Float(count))) }
    x += (0...count).map { max(low, min(high, pow(10, -30 + 36 * Float($0) / Float(count)))) }
    var y = [Float](repeating: 0, count: x.count)
    function.kernel(&y, x, x.count)
    var (worst, place) = (0.0, Float(0))
    for (x, y) in zip(x, y) {
        let exact = function.exact(Double(x))
        let excess = abs(Double(y) - exact) / max(abs(exact) * function.relative, function.absolute)
        if excess > worst { (worst, place) = (excess, x) }
    }
    #expect(worst <= 1, "\(worst) of what is allowed, at \(place)")
}

@Test func elementaryFunctionsKeepWhatIsNotANumber() {
    for function in Function.all {
        var y: Float = 0
        var x = Float.nan
        function.kernel(&y, &x, 1)
        #expect(y.isNaN, "\(function.testDescription)")
    }
}

@Test func farOutTheEndsAreKept() {
    var y = [Float](repeating: 0, count: 4)
    kernel_logistic(&y, [-1e30, 1e30, -.infinity, .infinity], 4)
    #expect(y[0] < 1e-37 && y[1] == 1 && y[2] < 1e-37 && y[3] == 1)
    kernel_tanh(&y, [-1e30, 1e30, -.infinity, 0], 4)
    #expect(y == [-1, 1, -1, 0])
}

@Test func theSumOfSquaresIsExactEnough() {
    let x = normals(1003, seed: 4)
    let exact = x.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(kernel_sum_of_squares(x, x.count) - exact) < 1e-9 * exact)
}
