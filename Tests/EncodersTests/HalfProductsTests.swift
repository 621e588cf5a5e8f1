import Encoders
import Numerics
import Testing

/// A finite difference would tell nothing: a rounded loss stands still for small steps and then jumps.
///
/// So the gradient is held against that of the same network in float32. Its factors differ by one part in 512 at most;
/// the gradient differs by more, because of the few units whose inputs are so close to zero that they are on in the one
/// and off in the other.
@Test(.enabled(if: ProductLibrary.fault(of: .bfloat16) == nil), arguments: [[48, 24, 5], [200, 64, 32, 5]])
func aGradientOfHalfProductsIsCloseToThatOfFloats(sizes: [Int]) {
    let network = HeadedNetwork(MLP(sizes: sizes.dropLast()), head: Head(outputs: sizes.last ?? 0))
    let rows = 37
    var draw = RandomSequence(seed: 8, stream: 0)
    let inputs = FloatBlock((0..<rows * sizes[0]).map { _ in Float(draw.normal()) })
    let parameters = FloatBlock((0..<network.parameterCount).map { _ in Float(0.1 * draw.normal()) })
    let outputGradient = (0..<rows * 5).map { _ in Float(draw.normal()) }
    func pass(_ products: ElementType) -> (logits: [Float], gradient: [Float]) {
        let pass = network.makePass(rows: rows, arithmetic: Arithmetic(products: products))
        pass.take(parameters: parameters)
        let outputs = pass.forward(inputs.base, rows: rows)
        let logits = Array(UnsafeBufferPointer(start: outputs, count: rows * network.outputCount))
        pass.outputGradient.update(from: outputGradient, count: outputGradient.count)
        let gradient = FloatBlock(count: network.parameterCount)
        pass.backward(inputs.base, rows: rows, into: gradient.base)
        return (logits, gradient.array)
    }
    let (plain, half) = (pass(.float32), pass(.bfloat16))
    func distance(_ a: [Float], _ b: [Float]) -> Double {
        let difference = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        return (difference / a.reduce(0.0) { $0 + Double($1 * $1) }).squareRoot()
    }
    #expect(distance(plain.logits, half.logits) < 0.01 && half.logits != plain.logits)
    #expect(distance(plain.gradient, half.gradient) < 0.05 && half.gradient != plain.gradient)
}
