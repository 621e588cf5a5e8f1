import CKernels

/// What computes the products of 32-bit floats here.
public enum Products {
    /// The instruction set that they run on, like `AVX2`; their bits do not depend on it.
    public static var instructionSet: String { String(cString: kernel_product_instructions()) }
}
