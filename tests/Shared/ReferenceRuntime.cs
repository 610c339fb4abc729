using DetrPerfLab.Onnx.Proto;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Tests;

/// <summary>Runs small ONNX graphs by the operators' definitions, in double precision, one element after the other. Nothing is fused, nothing is clever.</summary>
sealed class ReferenceRuntime
{
    /// <summary>A dense tensor; codes of 8 bits are held as their numbers.</summary>
    public sealed record Tensor(long[] Shape, double[] Data)
    {
        public int Rank => Shape.Length;

        public static Tensor Scalar(double value) => new([], [value]);
    }

    readonly Dictionary<string, Tensor> _values = [];

    public static Dictionary<string, Tensor> Run(ModelProto model, params (string Name, Tensor Value)[] inputs)
    {
        var runtime = new ReferenceRuntime();
        foreach (var (name, value) in inputs) { runtime._values[name] = value; }
        runtime.Run(model.Graph);
        return runtime._values;
    }

    void Run(GraphProto graph)
    {
        foreach (var tensor in graph.Initializer) { _values[tensor.Name] = new([.. tensor.Dims], [.. tensor.ToFloats().Select(v => (double)v)]); }
        foreach (var node in graph.Node)
        {
            var inputs = node.Input.Select(i => i.Length == 0 ? null! : _values[i]).ToArray();
            var outputs = node.OpType == "If" ? Branch(node, inputs[0]) : Compute(node, inputs, graph);
            for (var i = 0; i < node.Output.Count; i++) { _values[node.Output[i]] = outputs[i]; }
        }
    }

    Tensor[] Branch(NodeProto node, Tensor condition)
    {
        var graph = node.Find(condition.Data[0] != 0 ? "then_branch" : "else_branch")!.G;
        Run(graph);
        return [.. graph.Output.Select(o => _values[o.Name])];
    }

    Tensor[] Compute(NodeProto node, Tensor[] x, GraphProto graph) => node.OpType switch
    {
        "Add" => [Binary(x[0], x[1], (a, b) => a + b)],
        "Sub" => [Binary(x[0], x[1], (a, b) => a - b)],
        "Mul" => [Binary(x[0], x[1], (a, b) => a * b)],
        "Greater" => [Binary(x[0], x[1], (a, b) => a > b ? 1 : 0)],
        "Relu" => [Unary(x[0], v => Math.Max(v, 0))],
        "Clip" => [Unary(x[0], v => Math.Min(Math.Max(v, x.Length > 1 && x[1] is not null ? x[1].Data[0] : double.NegativeInfinity), x.Length > 2 ? x[2].Data[0] : double.PositiveInfinity))],
        "Sigmoid" => [Unary(x[0], v => 1 / (1 + Math.Exp(-v)))],
        "Neg" => [Unary(x[0], v => -v)],
        "Abs" => [Unary(x[0], Math.Abs)],
        "Identity" or "Cast" => [node.GetInt("to", 1) == (long)DataType.Float16 ? Unary(x[0], v => (double)(Half)v) : x[0]],
        "Constant" => [new([.. node.Find("value")!.T.Dims], [.. node.Find("value")!.T.ToFloats().Select(v => (double)v)])],
        "Shape" => [new([x[0].Rank], [.. x[0].Shape.Select(d => (double)d)])],
        "Reshape" => [Reshape(x[0], [.. x[1].Data.Select(d => (long)d)])],
        "Flatten" => [Reshape(x[0], [Product(x[0].Shape[..(int)node.GetInt("axis", 1)]), Product(x[0].Shape[(int)node.GetInt("axis", 1)..])])],
        "Unsqueeze" => [Unsqueeze(x[0], Axes(node, x))],
        "Squeeze" => [Reshape(x[0], [.. x[0].Shape.Where((d, i) => !Axes(node, x).Contains(i))])],
        "Transpose" => [Transpose(x[0], node.GetInts("perm")!)],
        "Concat" => [Concat(x, (int)node.GetInt("axis", 0))],
        "Softmax" => [Softmax(x[0], node.GetInt("axis", -1))],
        "ReduceSum" => [Tensor.Scalar(x[0].Data.Sum())],
        "MatMul" or "MatMulInteger" => [MatMul(x[0], x[1], x.Length > 2 ? x[2].Data[0] : 0)],
        "Gemm" => [Gemm(node, x)],
        "Conv" => [Conv(x[0], x[1], x.Length > 2 ? x[2] : null, node.GetInts("pads") ?? [0, 0, 0, 0])],
        "BatchNormalization" => [BatchNorm(x, node.GetFloat("epsilon", 1e-5f))],
        "MaxPool" => [MaxPool(x[0], node.GetInts("kernel_shape")!, node.GetInts("strides")!)],
        "GlobalAveragePool" => [GlobalAveragePool(x[0])],
        "Resize" => [ResizeNearest(x[0], [.. x[2].Data])],
        "QuantizeLinear" => [Quantize(x[0], x[1].Data[0], x[2].Data[0], graph.Initializer.First(t => t.Name == node.Input[2]).Type() == DataType.Uint8)],
        "DequantizeLinear" => [Dequantize(x[0], x[1], x.Length > 2 ? x[2].Data[0] : 0, (int)node.GetInt("axis", 1))], // per-channel zero points are all 0 here
        "DynamicQuantizeLinear" => DynamicQuantize(x[0]),
        var op => throw new NotSupportedException(op),
    };

    static long Product(ReadOnlySpan<long> lengths)
    {
        var product = 1L;
        foreach (var length in lengths) { product *= length; }
        return product;
    }

    static long[] Axes(NodeProto node, Tensor[] x) => x.Length > 1 ? [.. x[1].Data.Select(d => (long)d)] : node.GetInts("axes")!;

    static Tensor Unary(Tensor x, Func<double, double> f) => new(x.Shape, [.. x.Data.Select(f)]);

    static Tensor Reshape(Tensor x, long[] shape) => new(shape, x.Data);

    static Tensor Unsqueeze(Tensor x, long[] axes)
    {
        var rest = new Queue<long>(x.Shape);
        return Reshape(x, [.. Enumerable.Range(0, x.Rank + axes.Length).Select(i => axes.Contains(i) ? 1 : rest.Dequeue())]);
    }

    static Tensor Binary(Tensor a, Tensor b, Func<double, double, double> f)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        long Length(Tensor t, int axis) => axis - (rank - t.Rank) is >= 0 and var i ? t.Shape[i] : 1;
        long[] shape = [.. Enumerable.Range(0, rank).Select(i => Math.Max(Length(a, i), Length(b, i)))];
        var result = new double[Product(shape)];
        for (var i = 0; i < result.Length; i++)
        {
            long at = i, ia = 0, ib = 0, sa = 1, sb = 1;
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                var position = at % shape[axis];
                at /= shape[axis];
                ia += Length(a, axis) == 1 ? 0 : position * sa;
                ib += Length(b, axis) == 1 ? 0 : position * sb;
                sa *= Length(a, axis);
                sb *= Length(b, axis);
            }

            result[i] = f(a.Data[ia], b.Data[ib]);
        }

        return new(shape, result);
    }

    static Tensor Transpose(Tensor x, long[] perm)
    {
        long[] shape = [.. perm.Select(p => x.Shape[p])];
        var result = new double[x.Data.Length];
        for (var i = 0; i < result.Length; i++)
        {
            long at = i, source = 0;
            for (var axis = perm.Length - 1; axis >= 0; axis--)
            {
                source += at % shape[axis] * Product(x.Shape.AsSpan((int)perm[axis] + 1));
                at /= shape[axis];
            }

            result[i] = x.Data[source];
        }

        return new(shape, result);
    }

    static Tensor Concat(Tensor[] x, int axis)
    {
        var outer = Product(x[0].Shape.AsSpan(0, axis));
        var result = new List<double>();
        for (var o = 0; o < outer; o++)
        {
            foreach (var t in x)
            {
                var length = (int)(t.Data.Length / outer);
                result.AddRange(t.Data.AsSpan(o * length, length));
            }
        }

        long[] shape = [.. x[0].Shape];
        shape[axis] = x.Sum(t => t.Shape[axis]);
        return new(shape, [.. result]);
    }

    // Opset 13's meaning for axis -1; opset 11's, where everything from the axis on is one, for others.
    static Tensor Softmax(Tensor x, long axis)
    {
        var inner = (int)(axis < 0 ? x.Shape[^1] : Product(x.Shape.AsSpan((int)axis)));
        var result = new double[x.Data.Length];
        for (var start = 0; start < result.Length; start += inner)
        {
            var exp = x.Data.AsSpan(start, inner).ToArray().Select(Math.Exp).ToArray();
            for (var i = 0; i < inner; i++) { result[start + i] = exp[i] / exp.Sum(); }
        }

        return new(x.Shape, result);
    }

    // The second operand is a matrix [K, N].
    static Tensor MatMul(Tensor a, Tensor b, double zeroPoint)
    {
        var (k, n) = ((int)b.Shape[0], (int)b.Shape[1]);
        var rows = a.Data.Length / k;
        var result = new double[rows * n];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < n; c++)
            {
                for (var i = 0; i < k; i++) { result[r * n + c] += (a.Data[r * k + i] - zeroPoint) * b.Data[i * n + c]; }
            }
        }

        return new([.. a.Shape[..^1], n], result);
    }

    static Tensor Gemm(NodeProto node, Tensor[] x)
    {
        var a = node.GetInt("transA", 0) != 0 ? Transpose(x[0], [1, 0]) : x[0];
        var b = node.GetInt("transB", 0) != 0 ? Transpose(x[1], [1, 0]) : x[1];
        var product = Unary(MatMul(a, b, 0), v => v * node.GetFloat("alpha", 1));
        return x.Length < 3 ? product : Binary(product, Unary(x[2], v => v * node.GetFloat("beta", 1)), (p, c) => p + c);
    }

    static Tensor Conv(Tensor x, Tensor w, Tensor? bias, long[] pads)
    {
        var (n, ci, h, wd) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        var (co, kh, kw) = (w.Shape[0], w.Shape[2], w.Shape[3]);
        var (oh, ow) = (h + pads[0] + pads[2] - kh + 1, wd + pads[1] + pads[3] - kw + 1);
        var result = new double[n * co * oh * ow];
        var at = 0;
        for (var b = 0; b < n; b++)
        {
            for (var o = 0; o < co; o++)
            {
                for (var i = 0; i < oh * ow; i++, at++)
                {
                    var sum = bias?.Data[o] ?? 0;
                    for (var k = 0; k < ci * kh * kw; k++)
                    {
                        var (c, ky, kx) = (k / (kh * kw), k / kw % kh, k % kw);
                        var (y, xx) = (i / ow + ky - pads[0], i % ow + kx - pads[1]);
                        if (y < 0 || y >= h || xx < 0 || xx >= wd) { continue; }
                        sum += x.Data[((b * ci + c) * h + y) * wd + xx] * w.Data[o * ci * kh * kw + k];
                    }

                    result[at] = sum;
                }
            }
        }

        return new([n, co, oh, ow], result);
    }

    static Tensor BatchNorm(Tensor[] x, float epsilon) =>
        PerChannel(x[0], (v, c) => (v - x[3].Data[c]) / Math.Sqrt(x[4].Data[c] + epsilon) * x[1].Data[c] + x[2].Data[c]);

    static Tensor PerChannel(Tensor x, Func<double, int, double> f)
    {
        var inner = Product(x.Shape.AsSpan(2));
        return new(x.Shape, [.. x.Data.Select((v, i) => f(v, (int)(i / inner % x.Shape[1])))]);
    }

    static Tensor MaxPool(Tensor x, long[] kernel, long[] strides)
    {
        var (h, w) = (x.Shape[2], x.Shape[3]);
        var (oh, ow) = ((h - kernel[0]) / strides[0] + 1, (w - kernel[1]) / strides[1] + 1);
        var result = new double[x.Shape[0] * x.Shape[1] * oh * ow];
        for (var i = 0; i < result.Length; i++)
        {
            var (plane, y0, x0) = (i / (oh * ow), i / ow % oh * strides[0], i % ow * strides[1]);
            result[i] = double.NegativeInfinity;
            for (var k = 0; k < kernel[0] * kernel[1]; k++) { result[i] = Math.Max(result[i], x.Data[(plane * h + y0 + k / kernel[1]) * w + x0 + k % kernel[1]]); }
        }

        return new([x.Shape[0], x.Shape[1], oh, ow], result);
    }

    static Tensor GlobalAveragePool(Tensor x)
    {
        var inner = (int)Product(x.Shape.AsSpan(2));
        return new([x.Shape[0], x.Shape[1], 1, 1], [.. Enumerable.Range(0, x.Data.Length / inner).Select(i => x.Data.AsSpan(i * inner, inner).ToArray().Average())]);
    }

    static Tensor ResizeNearest(Tensor x, double[] scales)
    {
        var (h, w) = (x.Shape[2], x.Shape[3]);
        var (oh, ow) = ((long)(h * scales[2]), (long)(w * scales[3]));
        var result = new double[x.Shape[0] * x.Shape[1] * oh * ow];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = x.Data[(i / (oh * ow) * h + (long)(i / ow % oh / scales[2])) * w + (long)(i % ow / scales[3])];
        }

        return new([x.Shape[0], x.Shape[1], oh, ow], result);
    }

    static Tensor Quantize(Tensor x, double scale, double zeroPoint, bool unsigned) =>
        Unary(x, v => Math.Clamp(Math.Round(v / scale) + zeroPoint, unsigned ? 0 : -128, unsigned ? 255 : 127));

    static Tensor Dequantize(Tensor x, Tensor scale, double zeroPoint, int axis)
    {
        if (scale.Data.Length == 1) { return Unary(x, v => (v - zeroPoint) * scale.Data[0]); }
        var inner = Product(x.Shape.AsSpan(axis + 1));
        return new(x.Shape, [.. x.Data.Select((v, i) => (v - zeroPoint) * scale.Data[i / inner % x.Shape[axis]])]);
    }

    static Tensor[] DynamicQuantize(Tensor x)
    {
        var (min, max) = (Math.Min(x.Data.Min(), 0), Math.Max(x.Data.Max(), 0));
        var scale = max == min ? 1 : (max - min) / 255;
        var zeroPoint = Math.Clamp(Math.Round(-min / scale), 0, 255);
        return [Quantize(x, scale, zeroPoint, unsigned: true), Tensor.Scalar(scale), Tensor.Scalar(zeroPoint)];
    }
}
