import { Link } from "react-router";

import { Card } from "@/components/layout/Card";
import { Dot } from "@/components/text/Badge";
import { serviceTone } from "@/components/text/tone";
import { useNow } from "@/format/useNow";

import styles from "./service.module.css";
import { inAWord, serviceName, type Service } from "./words";

/** Every watched service, each with how it is and since when. */
export function ServiceStrip({ services }: { services: Service[] }) {
  const now = useNow();
  return (
    <ul className={styles["strip"]} aria-label="Services">
      {services.map((service) => (
        <li key={service.name}>
          <Card>
            <div className={styles["name"]}>
              <Dot tone={serviceTone(service.status)} />
              <Link to={`/services#${encodeURIComponent(service.name)}`}>{serviceName(service)}</Link>
              <span className="visually-hidden">{service.status}</span>
            </div>
            <div className={styles["said"]}>{inAWord(service, now)}</div>
            {service.status !== "healthy" && service.message && inAWord(service, now) !== service.message && <div className={styles["message"]}>{service.message}</div>}
          </Card>
        </li>
      ))}
    </ul>
  );
}
