// Cards to lead a lecture, and faults to be guessed. Each is a state of the page.

const CARDS = [
  ["Too small, right, too large", "On a bowl, plain gradient descent is stable below 2 / λ, the largest curvature. Three rates: one crawls, one is quick, one diverges.",
    "problem=quadratic&curvatures=1,10&start=1,1&steps=60&step=60&o=SGD;learning_rate=0.01&o=SGD;learning_rate=0.18&o=SGD;learning_rate=0.205"],
  ["Momentum", "The same rate with and without momentum, in a narrow valley. Momentum adds up along the valley and cancels across it; watch the angle.",
    "problem=quadratic&curvatures=1,50&start=1,1&steps=120&step=120&o=SGD;learning_rate=0.02&o=SGD_momentum;learning_rate=0.02;momentum=0.8&o=SGD_momentum_nesterov;learning_rate=0.02;momentum=0.8"],
  ["Adam takes steps of the rate's size", "However steep the walls, Adam's first step is the rate, by every coordinate. Look at the effective step: it differs where the gradients do.",
    "problem=quadratic&curvatures=1,100&start=1,1&steps=100&step=1&o=Adam;learning_rate=0.05&o=SGD;learning_rate=0.005"],
  ["Bias correction", "Both moments begin at 0, so early ones are too small. The factor that mends that is in the arithmetic: alpha. Step through the first steps.",
    "problem=rosenbrock&start=-1.2,1&steps=200&step=3&o=Adam;learning_rate=0.02&o=RMSprop;learning_rate=0.02"],
  ["What epsilon does", "With an epsilon near the root of the second moment, Adam is no longer free of the gradient's scale. tf.keras, torch and the paper put it in different places.",
    "problem=quadratic&curvatures=1,100&start=1,1&steps=150&step=150&o=Adam;learning_rate=0.05&o=Adam;learning_rate=0.05;epsilon=1&o=Adam;learning_rate=0.05;epsilon=1;as=torch"],
  ["The edge of stability", "Drag the eigenvalues, and watch the point on the map. What is predicted is what is measured.",
    "problem=quadratic&curvatures=1,10&start=1,1&steps=120&step=120&o=SGD_momentum;learning_rate=0.1;momentum=0.5"],
  ["A saddle", "Beside a saddle's ridge the gradient is tiny. Gradient descent lingers; rules that divide by the gradient's size leave at once.",
    "problem=saddle&start=1,0.001&steps=60&step=60&o=SGD;learning_rate=0.1&o=Adam;learning_rate=0.1&o=RMSprop;learning_rate=0.1"],
  ["Noise", "With noisy gradients a constant rate does not converge: it stays at a distance that the rate sets. Change the seed, then the rate.",
    "problem=quadratic&curvatures=1,10&start=1,1&steps=400&step=400&noise=1&seed=3&o=SGD;learning_rate=0.1&o=SGD;learning_rate=0.01"],
];

const lecture = { card: 0, fault: -1 };

function drawCard(page) {
  const [title, text, state] = CARDS[lecture.card];
  $("card").replaceChildren(
    element("h3", {}, `${lecture.card + 1} of ${CARDS.length}: ${title}`), element("p", {}, text),
    element("button", { type: "button", class: "main", onclick: () => page.load(state) }, "show it"));
}

function plantFault(page) {
  lecture.fault = (lecture.fault + 1) % DATA.faults.length;
  const fault = DATA.faults[lecture.fault], verdict = element("p", { class: "note", role: "status" });
  page.load(fault.state);
  const choose = (k, button) => {
    const right = k === fault.answer;
    verdict.replaceChildren(element("span", { class: "verdict " + (right ? "good" : "bad") }, right ? "Yes. " : "Not that. "), right ? fault.reveal : "Look again at the panels.");
    if (right) {
      verdict.append(" ", element("button", { type: "button", onclick: () => page.load(fault.cure) }, "show it cured"));
      if (fault.case) verdict.append(` Casebook: ${fault.case}.`);
    }
    button.disabled = true;
  };
  $("fault").replaceChildren(
    element("h3", {}, fault.title),
    element("div", { class: "choices" }, ...fault.choices.map((c, k) => element("button", { type: "button", onclick: (e) => choose(k, e.target) }, c))), verdict);
}
