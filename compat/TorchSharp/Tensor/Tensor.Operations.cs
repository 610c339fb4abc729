using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        static readonly Operator s_addTensor = new("aten::add", "Tensor");
        static readonly Operator s_addScalar = new("aten::add", "Scalar");
        static readonly Operator s_addTensorInPlace = new("aten::add_", "Tensor");
        static readonly Operator s_subTensor = new("aten::sub", "Tensor");
        static readonly Operator s_subScalar = new("aten::sub", "Scalar");
        static readonly Operator s_mulTensor = new("aten::mul", "Tensor");
        static readonly Operator s_mulScalar = new("aten::mul", "Scalar");
        static readonly Operator s_divTensor = new("aten::div", "Tensor");
        static readonly Operator s_divScalar = new("aten::div", "Scalar");
        static readonly Operator s_minimum = new("aten::minimum");
        static readonly Operator s_sum = new("aten::sum");
        static readonly Operator s_floor = new("aten::floor");
        static readonly Operator s_rsqrt = new("aten::rsqrt");
        static readonly Operator s_sin = new("aten::sin");
        static readonly Operator s_cos = new("aten::cos");
        static readonly Operator s_sigmoid = new("aten::sigmoid");
        static readonly Operator s_relu = new("aten::relu");
        static readonly Operator s_reluInPlace = new("aten::relu_");
        static readonly Operator s_eqScalar = new("aten::eq", "Scalar");
        static readonly Operator s_cumsum = new("aten::cumsum");
        static readonly Operator s_maskedFill = new("aten::masked_fill", "Scalar");
        static readonly Operator s_bmm = new("aten::bmm");
        static readonly Operator s_baddbmm = new("aten::baddbmm");

        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        public static Tensor operator +(Tensor left, double right) => left.add(right);

        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        public static Tensor operator -(Tensor left, int right) => left.sub(right);

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        public static Tensor operator *(Tensor left, double right) => left.mul(right);

        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        public Tensor add(Tensor target) => s_addTensor.Call(this, target);

        public Tensor add(Scalar scalar) => s_addScalar.Call(this, scalar);

        public Tensor add_(Tensor target) => s_addTensorInPlace.CallInPlace(this, target);

        public Tensor sub(Tensor target) => s_subTensor.Call(this, target);

        public Tensor sub(Scalar target) => s_subScalar.Call(this, target);

        public Tensor mul(Tensor target) => s_mulTensor.Call(this, target);

        public Tensor mul(Scalar target) => s_mulScalar.Call(this, target);

        public Tensor div(Tensor target) => s_divTensor.Call(this, target);

        public Tensor div(Scalar target) => s_divScalar.Call(this, target);

        public Tensor minimum(Tensor other) => s_minimum.Call(this, other);

        public Tensor sum(ScalarType? type = null) => s_sum.Call(this, type);

        public Tensor floor() => s_floor.Call(this);

        public Tensor rsqrt() => s_rsqrt.Call(this);

        public Tensor sin() => s_sin.Call(this);

        public Tensor cos() => s_cos.Call(this);

        public Tensor sigmoid() => s_sigmoid.Call(this);

        public Tensor relu() => s_relu.Call(this);

        public Tensor relu_() => s_reluInPlace.CallInPlace(this);

        public Tensor eq(Scalar target) => s_eqScalar.Call(this, target);

        public Tensor cumsum(long dim, ScalarType? type = null) => s_cumsum.Call(this, dim, type);

        public Tensor masked_fill(Tensor mask, Scalar value) => s_maskedFill.Call(this, mask, value);

        public Tensor bmm(Tensor batch2) => s_bmm.Call(this, batch2);

        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            s_baddbmm.Call(this, batch1, batch2, (double)beta, (double)alpha);
    }
}
