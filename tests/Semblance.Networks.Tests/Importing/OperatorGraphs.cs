using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Numerics;
using static Semblance.Networks.Onnx.OnnxGraphBuilder;

namespace Semblance.Networks.Tests.Importing;

/// <summary>Small files that use each operator in each of its ways, by name.</summary>
internal static class OperatorGraphs
{
    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new Dictionary<string, Func<byte[]>>(StringComparer.Ordinal)
    {
        ["Conv"] = () => Picture(3, 9, 8, (b, x) => b.Node("Conv", [x, W(b, 4, 3, 3, 3)], Integers("pads", 1, 1, 1, 1))),
        ["Conv, bias, stride, uneven kernel and pads"] = () => Picture(3, 9, 8, (b, x) => b.Node("Conv", [x, W(b, 4, 3, 3, 2), W(b, 4)], Integers("strides", 2, 1), Integers("pads", 0, 1, 2, 0))),
        ["Conv, dilation"] = () => Picture(2, 11, 12, (b, x) => b.Node("Conv", [x, W(b, 3, 2, 3, 3)], Integers("dilations", 2, 2), Integers("kernel_shape", 3, 3))),
        ["Conv, groups"] = () => Picture(6, 7, 7, (b, x) => b.Node("Conv", [x, W(b, 4, 3, 3, 3)], Integer("group", 2))),
        ["Conv, depthwise"] = () => Picture(5, 7, 7, (b, x) => b.Node("Conv", [x, W(b, 5, 1, 3, 3), W(b, 5)], Integer("group", 5), Integers("pads", 1, 1, 1, 1))),
        ["Conv, SAME_UPPER"] = () => Picture(3, 8, 9, (b, x) => b.Node("Conv", [x, W(b, 4, 3, 3, 3)], Integers("strides", 2, 2), Text("auto_pad", "SAME_UPPER"))),
        ["Conv, SAME_LOWER"] = () => Picture(3, 8, 9, (b, x) => b.Node("Conv", [x, W(b, 4, 3, 3, 3)], Integers("strides", 2, 2), Text("auto_pad", "SAME_LOWER"))),
        ["Conv, VALID"] = () => Picture(3, 8, 9, (b, x) => b.Node("Conv", [x, W(b, 4, 3, 3, 3)], Text("auto_pad", "VALID"))),
        ["Conv and activation"] = () => Picture(3, 6, 6, (b, x) => b.Node("Relu", [b.Node("Conv", [x, W(b, 4, 3, 1, 1), W(b, 4)])])),
        ["Conv, normalisation, shortcut, activation"] = () => Picture(4, 6, 6, (b, x) => b.Node("Relu", [b.Node("Add", [Norm(b, b.Node("Conv", [x, W(b, 4, 4, 3, 3)], Integers("pads", 1, 1, 1, 1)), 4), x])])),
        ["ConvTranspose"] = () => Picture(3, 4, 5, (b, x) => b.Node("ConvTranspose", [x, W(b, 3, 4, 3, 3), W(b, 4)], Integers("strides", 2, 2), Integers("pads", 1, 1, 1, 1), Integers("output_padding", 1, 1))),
        ["ConvTranspose, groups, activation"] = () => Picture(4, 4, 5, (b, x) => b.Node("Relu", [b.Node("ConvTranspose", [x, W(b, 4, 3, 2, 2)], Integers("strides", 2, 2), Integer("group", 2))])),
        ["two layer norms without weights"] = () => Sequence(4, 6, (b, x) => PlainNorm(b, b.Node("MatMul", [PlainNorm(b, x), W(b, 6, 3)]))),
        ["BatchNormalization"] = () => Picture(4, 5, 3, (b, x) => Norm(b, x, 4)),
        ["BatchNormalization of rows"] = () => Rows(6, (b, x) => Norm(b, x, 6)),
        ["Gemm"] = () => Rows(6, (b, x) => b.Node("Gemm", [x, W(b, 6, 4), W(b, 4)])),
        ["Gemm, transposed, factors"] = () => Rows(6, (b, x) => b.Node("Gemm", [x, W(b, 4, 6), W(b, 4)], Integer("transB", 1), Number("alpha", 0.5), Number("beta", 2))),
        ["Gemm without bias"] = () => Rows(6, (b, x) => b.Node("Gemm", [x, W(b, 6, 4)])),
        ["MatMul with weights and bias"] = () => Sequence(3, 6, (b, x) => b.Node("Add", [b.Node("MatMul", [x, W(b, 6, 4)]), W(b, 4)])),
        ["MatMul along a picture's width"] = () => Picture(3, 4, 6, (b, x) => b.Node("MatMul", [x, W(b, 6, 5)])),
        ["MatMul of two tensors"] = () => Sequence(3, 6, (b, x) => b.Node("MatMul", [x, b.Node("Transpose", [x], Integers("perm", 0, 2, 1))])),
        ["Relu"] = () => Picture(3, 4, 5, (b, x) => b.Node("Relu", [x])),
        ["Sigmoid"] = () => Picture(3, 4, 5, (b, x) => b.Node("Sigmoid", [x])),
        ["Tanh"] = () => Picture(3, 4, 5, (b, x) => b.Node("Tanh", [x])),
        ["Clip to 0 and 6"] = () => Picture(3, 4, 5, (b, x) => b.Node("Clip", [b.Node("Mul", [x, b.Floats([9f])]), b.Floats([0f]), b.Floats([6f])])),
        ["Clip to 0"] = () => Picture(3, 4, 5, (b, x) => b.Node("Clip", [x, b.Floats([0f])])),
        ["Clip elsewhere"] = () => Picture(3, 4, 5, (b, x) => b.Node("Clip", [x, b.Floats([-0.5f]), b.Floats([0.75f])])),
        ["LeakyRelu"] = () => Picture(3, 4, 5, (b, x) => b.Node("LeakyRelu", [x], Number("alpha", 0.2))),
        ["PRelu"] = () => Picture(3, 4, 5, (b, x) => b.Node("PRelu", [x, W(b, 3, 1, 1)])),
        ["PRelu, one slope"] = () => Picture(3, 4, 5, (b, x) => b.Node("PRelu", [x, b.Floats([0.3f], 1)])),
        ["HardSigmoid"] = () => Picture(3, 4, 5, (b, x) => b.Node("HardSigmoid", [x])),
        ["HardSigmoid as PyTorch has it"] = () => Picture(3, 4, 5, (b, x) => b.Node("HardSigmoid", [x], Number("alpha", 1.0 / 6))),
        ["HardSigmoid spelt out"] = () => Picture(3, 4, 5, (b, x) => b.Node("Div", [b.Node("Clip", [b.Node("Add", [x, b.Floats([3f])]), b.Floats([0f]), b.Floats([6f])]), b.Floats([6f])])),
        ["hard swish"] = () => Picture(3, 4, 5, (b, x) => b.Node("Mul", [x, b.Node("HardSigmoid", [x], Number("alpha", 1.0 / 6))])),
        ["hard swish spelt out"] = () => Picture(3, 4, 5, (b, x) => b.Node("Div", [b.Node("Mul", [x, b.Node("Clip", [b.Node("Add", [x, b.Floats([3f])]), b.Floats([0f]), b.Floats([6f])])]), b.Floats([6f])])),
        ["swish"] = () => Picture(3, 4, 5, (b, x) => b.Node("Mul", [b.Node("Sigmoid", [x]), x])),
        ["GELU as PyTorch has it"] = () => Picture(3, 4, 5, (b, x) => b.Node("Mul", [b.Node("Mul", [x, b.Node("Add", [b.Node("Erf", [b.Node("Div", [x, b.Floats([1.41421356f])])]), b.Floats([1f])])]), b.Floats([0.5f])])),
        ["GELU in another order"] = () => Rows(7, (b, x) => b.Node("Mul", [b.Node("Mul", [b.Floats([0.5f]), x]), b.Node("Add", [b.Floats([1f]), b.Node("Erf", [b.Node("Mul", [x, b.Floats([0.70710678f])])])])])),
        ["Softmax"] = () => Rows(6, (b, x) => b.Node("Softmax", [x], Integer("axis", 1))),
        ["Softmax over channels"] = () => Picture(3, 4, 5, (b, x) => b.Node("Softmax", [x], Integer("axis", 1))),
        ["Softmax over width"] = () => Picture(3, 4, 5, (b, x) => b.Node("Softmax", [x])),
        ["LogSoftmax"] = () => Rows(6, (b, x) => b.Node("LogSoftmax", [x], Integer("axis", -1))),
        ["MaxPool"] = () => Picture(3, 9, 8, (b, x) => b.Node("MaxPool", [x], Integers("kernel_shape", 3, 3), Integers("strides", 2, 2), Integers("pads", 1, 1, 1, 1))),
        ["MaxPool, rounded up"] = () => Picture(3, 9, 8, (b, x) => b.Node("MaxPool", [x], Integers("kernel_shape", 2, 2), Integers("strides", 2, 2), Integer("ceil_mode", 1))),
        ["MaxPool, stride 1 and uneven"] = () => Picture(3, 9, 8, (b, x) => b.Node("MaxPool", [x], Integers("kernel_shape", 3, 2))),
        ["AveragePool"] = () => Picture(3, 9, 8, (b, x) => b.Node("AveragePool", [x], Integers("kernel_shape", 3, 3), Integers("strides", 2, 2), Integers("pads", 1, 1, 1, 1))),
        ["AveragePool, counting the border"] = () => Picture(3, 9, 8, (b, x) => b.Node("AveragePool", [x], Integers("kernel_shape", 3, 3), Integers("strides", 1, 1), Integers("pads", 1, 1, 1, 1), Integer("count_include_pad", 1))),
        ["GlobalAveragePool and Flatten"] = () => Picture(3, 9, 8, (b, x) => b.Node("Flatten", [b.Node("GlobalAveragePool", [x])])),
        ["GlobalAveragePool"] = () => Picture(3, 9, 8, (b, x) => b.Node("GlobalAveragePool", [x])),
        ["GlobalMaxPool"] = () => Picture(3, 9, 8, (b, x) => b.Node("GlobalMaxPool", [x])),
        ["ReduceMean over a picture"] = () => Picture(3, 9, 8, (b, x) => b.Node("ReduceMean", [x], Integers("axes", 2, 3), Integer("keepdims", 0))),
        ["ReduceMean over channels"] = () => Picture(3, 9, 8, (b, x) => b.Node("ReduceMean", [x], Integers("axes", 1))),
        ["ReduceMean over a sequence"] = () => Sequence(5, 6, (b, x) => b.Node("ReduceMean", [x], Integers("axes", -2), Integer("keepdims", 0))),
        ["generalised mean"] = () => Picture(3, 9, 8, (b, x) => b.Node("Flatten", [b.Node("Pow", [b.Node("GlobalAveragePool", [b.Node("Pow", [b.Node("Clip", [x, b.Floats([1e-6f])]), b.Floats([3f])])]), b.Floats([1f / 3])])])),
        ["squeeze and excitation"] = () => Picture(4, 6, 5, (b, x) => b.Node("Mul", [x, b.Node("Sigmoid", [b.Node("Conv", [b.Node("Relu", [b.Node("Conv", [b.Node("GlobalAveragePool", [x]), W(b, 2, 4, 1, 1), W(b, 2)])]), W(b, 4, 2, 1, 1)])])])),
        ["Add of three"] = () => Picture(3, 4, 5, (b, x) => b.Node("Sum", [x, b.Node("Relu", [x]), b.Node("Tanh", [x])])),
        ["Add of a table"] = () => Sequence(4, 6, (b, x) => b.Node("Add", [x, W(b, 1, 4, 6)])),
        ["Add of a table to a picture"] = () => Picture(3, 4, 5, (b, x) => b.Node("Add", [W(b, 1, 4, 5), b.Node("Relu", [x])])),
        ["Sub of a mean picture"] = () => Picture(3, 4, 5, (b, x) => b.Node("Sub", [x, W(b, 3, 4, 5)])),
        ["Sub from a table"] = () => Sequence(4, 6, (b, x) => b.Node("Sub", [W(b, 4, 6), x])),
        ["Add that repeats a tensor"] = () => Picture(3, 4, 5, (b, x) => b.Node("Add", [b.Node("GlobalAveragePool", [x]), x])),
        ["Concat of a picture with a constant"] = () => Picture(3, 4, 5, (b, x) => b.Node("Concat", [x, b.Node("Expand", [W(b, 1, 2, 1, 1), b.Node("Concat", [b.Node("Slice", [b.Node("Shape", [x]), b.Longs(0), b.Longs(1)]), b.Longs(2, 4, 5)], Integer("axis", 0))])], Integer("axis", 1))),
        ["Sub of tensors"] = () => Picture(3, 4, 5, (b, x) => b.Node("Sub", [b.Node("Relu", [x]), b.Node("Sigmoid", [x])])),
        ["Sub of a constant and from one"] = () => Picture(3, 4, 5, (b, x) => b.Node("Sub", [b.Floats([1f]), b.Node("Sub", [x, W(b, 3, 1, 1)])])),
        ["Mul and Add of constants"] = () => Picture(3, 4, 5, (b, x) => b.Node("Add", [b.Node("Mul", [W(b, 1, 3, 1, 1), x]), W(b, 3, 1, 1)])),
        ["Div by a constant"] = () => Picture(3, 4, 5, (b, x) => b.Node("Div", [x, b.Floats([2f, 4f, 8f], 3, 1, 1)])),
        ["Mul along the width"] = () => Picture(3, 4, 5, (b, x) => b.Node("Mul", [x, W(b, 5)])),
        ["Neg"] = () => Picture(3, 4, 5, (b, x) => b.Node("Neg", [x])),
        ["Mul of tensors"] = () => Picture(3, 4, 5, (b, x) => b.Node("Mul", [b.Node("GlobalAveragePool", [x]), x])),
        ["Concat of channels"] = () => Picture(3, 4, 5, (b, x) => b.Node("Concat", [x, b.Node("Relu", [x]), x], Integer("axis", 1))),
        ["Concat of rows of pixels"] = () => Picture(3, 4, 5, (b, x) => b.Node("Concat", [x, b.Node("Relu", [x])], Integer("axis", -2))),
        ["Slice of channels"] = () => Picture(6, 4, 5, (b, x) => b.Node("Slice", [x, b.Longs(1), b.Longs(5), b.Longs(1), b.Longs(2)])),
        ["Slice of height and width to the end"] = () => Picture(3, 4, 5, (b, x) => b.Node("Slice", [x, b.Longs(1, -3), b.Longs(long.MaxValue, -1), b.Longs(2, 3)])),
        ["Split"] = () => Picture(6, 4, 5, (b, x) => SplitAndAdd(b, x, b.Nodes("Split", [x], 2, Integer("axis", 1)))),
        ["Split by sizes"] = () => Picture(6, 4, 5, (b, x) => b.Node("Concat", [.. b.Nodes("Split", [x, b.Longs(1, 3, 2)], 3, Integer("axis", 1)).AsEnumerable().Reverse()], Integer("axis", 1))),
        ["Pad"] = () => Picture(3, 4, 5, (b, x) => b.Node("Pad", [x, b.Longs(0, 0, 1, 2, 0, 1, 0, 3)])),
        ["Pad and Conv"] = () => Picture(3, 4, 5, (b, x) => b.Node("Conv", [b.Node("Pad", [x, b.Longs(0, 0, 0, 1, 0, 0, 2, 1)]), W(b, 4, 3, 3, 3)], Integers("pads", 1, 0, 0, 0))),
        ["Pad with nothing and MaxPool"] = () => Picture(3, 4, 5, (b, x) => b.Node("MaxPool", [b.Node("Pad", [x, b.Longs(0, 0, 0, 0, 0, 0, 1, 1), b.Floats([float.NegativeInfinity])])], Integers("kernel_shape", 3, 3), Integers("strides", 2, 2))),
        ["Resize, nearest"] = () => Picture(3, 4, 5, (b, x) => b.Node("Resize", [x, "", b.Floats([1f, 1, 2, 2], 4)], Text("mode", "nearest"), Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor"))),
        ["Resize, bilinear by size"] = () => Picture(3, 4, 5, (b, x) => b.Node("Resize", [x, "", "", b.Node("Concat", [b.Node("Slice", [b.Node("Shape", [x]), b.Longs(0), b.Longs(2), b.Longs(0)]), b.Longs(8, 10)], Integer("axis", 0))], Text("mode", "linear"), Text("coordinate_transformation_mode", "half_pixel"))),
        ["Flatten in the file's order"] = () => Picture(3, 4, 5, (b, x) => b.Node("Gemm", [b.Node("Flatten", [x]), W(b, 60, 7), W(b, 7)])),
        ["Reshape by a computed shape"] = () => Picture(3, 4, 5, (b, x) => b.Node("MatMul", [b.Node("Reshape", [x, Rest(b, x)]), W(b, 60, 7)])),
        ["Reshape to channels in groups and back"] = () => Picture(6, 4, 5, (b, x) => b.Node("Reshape", [b.Node("Transpose", [b.Node("Reshape", [x, b.Longs(0, 2, 3, 4, 5)])], Integers("perm", 0, 2, 1, 3, 4)), b.Longs(0, 6, 4, 5)])),
        ["Transpose to channels last and back"] = () => Picture(3, 4, 5, (b, x) => b.Node("Transpose", [b.Node("Relu", [b.Node("Transpose", [x], Integers("perm", 0, 2, 3, 1))])], Integers("perm", 0, 3, 1, 2))),
        ["Transpose of height and width"] = () => Picture(3, 4, 5, (b, x) => b.Node("Transpose", [x], Integers("perm", 0, 1, 3, 2))),
        ["a picture to a sequence"] = () => Picture(3, 4, 5, (b, x) => b.Node("Transpose", [b.Node("Reshape", [x, b.Longs(0, 3, -1)])], Integers("perm", 0, 2, 1))),
        ["Squeeze and Unsqueeze"] = () => Picture(3, 4, 5, (b, x) => b.Node("Unsqueeze", [b.Node("Squeeze", [b.Node("GlobalAveragePool", [x]), b.Longs(2, 3)]), b.Longs(1)])),
        ["Gather of one element"] = () => Sequence(5, 6, (b, x) => b.Node("Gather", [x, b.Scalar(2)], Integer("axis", 1))),
        ["Dropout and Identity"] = () => Rows(6, (b, x) => b.Node("Identity", [b.Node("Dropout", [b.Node("Cast", [x], Integer("to", 1))])])),
        ["LayerNormalization spelt out"] = () => Sequence(4, 6, (b, x) => SpeltLayerNorm(b, x)),
        ["x / |x|"] = () => Rows(6, (b, x) => b.Node("Div", [x, b.Node("Expand", [b.Node("Clip", [b.Node("ReduceL2", [x], Integers("axes", 1), Integer("keepdims", 1)), b.Floats([1e-12f])]), b.Node("Shape", [x])])])),
        ["LpNormalization"] = () => Rows(6, (b, x) => b.Node("LpNormalization", [x], Integer("axis", 1))),
        ["Constant nodes"] = () => Rows(6, (b, x) => b.Node("Mul", [x, b.Node("Constant", [], Number("value_float", 2.5))])),
        ["weights moved before use"] = () => Rows(6, (b, x) => b.Node("MatMul", [x, b.Node("Transpose", [W(b, 4, 6)], Integers("perm", 1, 0))])),
    };

    /// <summary>A file with the input x [n, channels, height, width] and the output y.</summary>
    public static byte[] Picture(int channels, int height, int width, Func<OnnxGraphBuilder, string, string> make) => Build([channels, height, width], make);

    /// <summary>A file with the input x [n, features].</summary>
    public static byte[] Rows(int features, Func<OnnxGraphBuilder, string, string> make) => Build([features], make);

    public static byte[] Sequence(int length, int features, Func<OnnxGraphBuilder, string, string> make) => Build([length, features], make);

    public static byte[] Build(int[] sizes, Func<OnnxGraphBuilder, string, string> make)
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", ["n", .. sizes.Cast<object>()]);
        builder.Output(make(builder, "x"), "y");
        var model = builder.Model();
        // The output's shape is the runtime's to find out.
        model.Graph.Output[0].Type.TensorType.Shape = null;
        return model.ToByteArray();
    }

    /// <summary>Normal numbers, others for each shape.</summary>
    public static string W(OnnxGraphBuilder builder, params int[] shape) => builder.Floats(Numbers(shape), shape);

    public static float[] Numbers(params int[] shape)
    {
        var random = new SeededRandom(shape.Aggregate(7, (seed, size) => (seed * 31) + size));
        return [.. Enumerable.Range(0, shape.Aggregate(1, (product, size) => product * size)).Select(_ => (float)random.NextGaussian() * 0.5f)];
    }

    private static string Norm(OnnxGraphBuilder builder, string x, int channels)
        => builder.Node("BatchNormalization", [x, W(builder, channels), builder.Floats(Numbers(channels, 1), channels), builder.Floats(Numbers(1, channels), channels), builder.Floats([.. Numbers(channels).Select(value => 0.3f + (value * value))], channels)], Number("epsilon", 1e-3));

    private static string SplitAndAdd(OnnxGraphBuilder builder, string x, string[] parts) => builder.Node("Concat", [builder.Node("Add", parts), x], Integer("axis", 1));

    // [batch, -1] from the input's own shape, as PyTorch writes x.view(x.size(0), -1).
    private static string Rest(OnnxGraphBuilder builder, string x)
        => builder.Node("Concat", [builder.Node("Unsqueeze", [builder.Node("Gather", [builder.Node("Shape", [x]), builder.Scalar(0)]), builder.Longs(0)]), builder.Longs(-1)], Integer("axis", 0));

    private static string SpeltLayerNorm(OnnxGraphBuilder builder, string x)
        => builder.Node("Add", [builder.Node("Mul", [PlainNorm(builder, x), builder.Node("Identity", [W(builder, 6)])]), builder.Floats(Numbers(1, 6), 6)]);

    private static string PlainNorm(OnnxGraphBuilder builder, string x)
    {
        string Mean(string of) => builder.Node("ReduceMean", [of], Integers("axes", -1));
        var centred = builder.Node("Sub", [x, Mean(x)]);
        var variance = Mean(builder.Node("Pow", [centred, builder.Floats([2f])]));
        return builder.Node("Div", [centred, builder.Node("Sqrt", [builder.Node("Add", [variance, builder.Floats([1e-5f])])])]);
    }
}
