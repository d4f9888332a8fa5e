using System.Collections.Frozen;

namespace Semblance.Networks.Onnx.Importing;

/// <summary>The operators that can be imported, by name; names with a space are patterns of several that <see cref="GraphPatterns"/> merged.</summary>
internal static class Operators
{
    public static FrozenDictionary<string, Action<GraphImport, FileNode>> All { get; } =
        new (string Name, Action<GraphImport, FileNode> Add)[]
        {
            ("Conv", WeightOperators.Convolve),
            ("ConvTranspose", WeightOperators.ConvolveTransposed),
            ("BatchNormalization", WeightOperators.NormalizeBatch),
            ("LayerNormalization", WeightOperators.NormalizeLayer),
            (GraphPatterns.LayerNorm, WeightOperators.NormalizeLayer),
            ("Gemm", WeightOperators.Gemm),
            ("MatMul", WeightOperators.Multiply),
            ("PRelu", WeightOperators.PRelu),
            ("Gather", WeightOperators.Gather),
            (GraphPatterns.Gem, WeightOperators.GeneralizedMean),

            ("Relu", static (import, node) => ElementwiseOperators.Apply(import, node, new Relu())),
            ("Sigmoid", static (import, node) => ElementwiseOperators.Apply(import, node, new Sigmoid())),
            ("Tanh", static (import, node) => ElementwiseOperators.Apply(import, node, new Tanh())),
            ("HardSwish", static (import, node) => ElementwiseOperators.Apply(import, node, new HardSwish())),
            ("Gelu", ElementwiseOperators.Gelu),
            (GraphPatterns.Affine, ElementwiseOperators.ScaleAndShift),
            (GraphPatterns.Swish, static (import, node) => ElementwiseOperators.Apply(import, node, new Swish())),
            ("HardSigmoid", ElementwiseOperators.HardSigmoid),
            ("LeakyRelu", ElementwiseOperators.LeakyRelu),
            ("Clip", ElementwiseOperators.Clip),
            ("Dropout", ElementwiseOperators.Dropout),
            ("Identity", ElementwiseOperators.PassOn),
            ("Cast", ElementwiseOperators.Cast),
            ("Add", ElementwiseOperators.Add),
            ("Sum", ElementwiseOperators.Add),
            ("Sub", ElementwiseOperators.Subtract),
            ("Mul", ElementwiseOperators.Multiply),
            ("Div", ElementwiseOperators.Divide),
            ("Neg", ElementwiseOperators.Negate),
            ("Softmax", ElementwiseOperators.Softmax),
            ("LogSoftmax", ElementwiseOperators.Softmax),
            ("LpNormalization", ElementwiseOperators.NormalizeLength),
            (GraphPatterns.UnitLength, ElementwiseOperators.NormalizeLength),

            ("MaxPool", PoolingOperators.Maximum),
            ("AveragePool", PoolingOperators.Average),
            ("GlobalAveragePool", static (import, node) => PoolingOperators.Global(import, node, new GlobalAveragePool())),
            ("GlobalMaxPool", static (import, node) => PoolingOperators.Global(import, node, new GlobalMaxPool())),
            ("ReduceMean", PoolingOperators.Mean),
            ("Resize", PoolingOperators.Resize),
            ("Upsample", PoolingOperators.Resize),
            ("Pad", PoolingOperators.Pad),

            ("Reshape", ShapeOperators.Reshape),
            ("Flatten", ShapeOperators.Flatten),
            ("Squeeze", ShapeOperators.Squeeze),
            ("Unsqueeze", ShapeOperators.Unsqueeze),
            ("Transpose", ShapeOperators.Transpose),
            ("Concat", ShapeOperators.Concat),
            ("Slice", ShapeOperators.Slice),
            ("Split", ShapeOperators.Split),
            ("Shape", ShapeOperators.ShapeOf),
            ("Expand", ShapeOperators.Expand),
        }.ToFrozenDictionary(entry => entry.Name, entry => entry.Add, StringComparer.Ordinal);
}
